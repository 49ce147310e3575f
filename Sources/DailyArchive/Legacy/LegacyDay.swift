import Files
import Recordings

/// The legacy sessions of one day's calls, in numbered files that never change. New sessions go into a new file. If two
/// files have a session of the same task, the one in the file with the higher number counts.
///
/// One process at a time adds files: the one that holds ``PassLock`` for ``PassLock/Work/legacySessions``.
package struct LegacyDay: Sendable, Hashable {
    private let root: ArchiveRoot
    private let organization: OrganizationName
    private let day: ArchiveDay

    /// The sessions of that day; there need not be any.
    package init(_ organization: OrganizationName, _ day: ArchiveDay, in root: ArchiveRoot) {
        self.root = root
        self.organization = organization
        self.day = day
    }

    /// The files in the order of their numbers, including those of which only the checksum file is left.
    package func files() throws(ArchiveError) -> [LegacySessionFile] {
        try root.legacySessionFiles(of: organization, day)
    }

    /// The tasks whose sessions are in one of the files.
    /// - Throws: `.damaged` if a file is not what was written.
    package func tasks() async throws(ArchiveError) -> Set<TaskID> {
        try await BlockingWork.run { [self] _ throws(ArchiveError) in
            var tasks: Set<TaskID> = []
            for file in try files() where try file.exists() { tasks.formUnion(try file.sessions().map(\.taskID)) }
            return tasks
        }
    }

    /// Searches for one task's session, in the newest file first.
    /// - Returns: `nil` if there is none.
    /// - Throws: `.damaged` if no session of the task can be read, and one may have been in a file that is missing or
    ///   in a line that is not what was written.
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

    /// Writes these sessions to a file of their own, with the next number. A number whose file is missing is not used
    /// again.
    package func add(_ sessions: [LegacySession]) async throws(ArchiveError) {
        guard !sessions.isEmpty else { return }
        try await BlockingWork.run { [self] _ throws(ArchiveError) in
            let number = (try files().last?.number ?? 0) + 1
            try LegacySessionFile(organization, day, number, in: root).write(sessions)
        }
    }

    /// Writes the checksum of each file that a crash has left without one, and describes the files.
    /// - Throws: `.damaged` if a file is not what was written.
    package func settle() async throws(ArchiveError) -> [LegacySessionFile.Summary] {
        try await BlockingWork.run { [self] _ throws(ArchiveError) in
            var summaries: [LegacySessionFile.Summary] = []
            for file in try files() where try file.exists() { summaries.append(try file.settle()) }
            return summaries
        }
    }

    /// Removes the checksum files of missing files. For a day whose sessions are all in the other files: then nothing
    /// is lost any more.
    package func forgetMissing() async throws(ArchiveError) {
        try await BlockingWork.run { [self] _ throws(ArchiveError) in
            for file in try files() where try !file.exists() {
                try FileSystem.remove(file.sideFilePath)
                try FileSystem.synchronizeFolder(FileSystem.folder(of: file.path))
            }
        }
    }
}
