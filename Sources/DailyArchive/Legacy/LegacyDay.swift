import Files
import Recordings

/// The legacy sessions of one day's calls, in numbered files that never change. New sessions go into a new file. If two
/// files contain a session of the same task, the one in the file with the higher number is used.
///
/// Only one process at a time may add files: the one that holds ``PassLock`` for ``PassLock/Work/legacySessions``.
package struct LegacyDay: Sendable, Hashable {
    private let root: ArchiveRoot
    private let organization: OrganizationName
    private let day: ArchiveDay

    /// The sessions of that day, of which none need to exist.
    package init(_ organization: OrganizationName, _ day: ArchiveDay, in root: ArchiveRoot) {
        self.root = root
        self.organization = organization
        self.day = day
    }

    /// The files in the order of their numbers, including those of which only the checksum file is left.
    package func files() throws(ArchiveError) -> [LegacySessionFile] {
        try root.legacySessionFiles(of: organization, day)
    }

    /// The tasks that have a session in one of the files.
    /// - Throws: `.damaged` if a file is damaged.
    package func tasks() async throws(ArchiveError) -> Set<TaskID> {
        try await BlockingWork.run { [self] _ throws(ArchiveError) in
            var tasks: Set<TaskID> = []
            for file in try files() where try file.exists() { tasks.formUnion(try file.sessions().map(\.taskID)) }
            return tasks
        }
    }

    /// Searches for one task's session, in the newest file first.
    /// - Returns: `nil` if none exists.
    /// - Throws: `.damaged` if no session of the task can be read, and a missing file or a damaged line may have
    ///   contained one.
    package func place(of task: TaskID) async throws(ArchiveError) -> LegacySessionFile.Place? {
        try await BlockingWork.run { [self] progress throws(ArchiveError) in
            var fault: ArchiveError?
            for file in try files().reversed() {
                do throws(ArchiveError) {
                    if let place = try file.place(of: task, progress) { return place }
                } catch  where error.code == .damaged {
                    fault = fault ?? error
                }
            }
            if let fault { throw fault }
            return nil
        }
    }

    /// Writes these sessions to a new file with the next number. The number of a missing file is not reused.
    package func add(_ sessions: [LegacySession]) async throws(ArchiveError) {
        guard !sessions.isEmpty else { return }
        try await BlockingWork.run { [self] _ throws(ArchiveError) in
            let number = (try files().last?.number ?? 0) + 1
            try LegacySessionFile(organization, day, number, in: root).write(sessions)
        }
    }

    /// Writes the checksum of each file that a crash left without one.
    /// - Returns: a summary of each existing file.
    /// - Throws: `.damaged` if a file is damaged.
    package func settle() async throws(ArchiveError) -> [LegacySessionFile.Summary] {
        try await BlockingWork.run { [self] _ throws(ArchiveError) in
            var summaries: [LegacySessionFile.Summary] = []
            for file in try files() where try file.exists() { summaries.append(try file.settle()) }
            return summaries
        }
    }

    /// Removes the checksum files of missing files. Call this only if the other files contain all sessions of the day, so
    /// that nothing is lost.
    package func forgetMissing() async throws(ArchiveError) {
        try await BlockingWork.run { [self] _ throws(ArchiveError) in
            for file in try files() where try !file.exists() {
                try FileSystem.remove(file.sideFilePath)
                try FileSystem.synchronizeFolder(FileSystem.folder(of: file.path))
            }
        }
    }
}
