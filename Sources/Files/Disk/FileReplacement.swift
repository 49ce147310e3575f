import Glibc

/// A new file that replaces the one at a path. A reader there finds either the previous file or the complete new one,
/// because it is first written as a draft next to it, and then renamed.
package struct FileReplacement: Sendable {
    /// How much of a written file is on the disk.
    package enum Flushing: Sendable {
        /// Perhaps nothing yet: a crash of the machine may leave an empty file under the name.
        case nothing
        /// All bytes. A crash of the machine leaves the old file or the new one.
        case bytes
        /// The bytes and the name. A crash of the machine leaves the new file.
        case bytesAndName
    }

    /// Which other processes may write at this path at the same time.
    package enum Writers: Sendable {
        /// None, because the caller holds a lock. The draft's name is ``FileReplacement/draftPath(of:)``; the next
        /// write removes what a crash left of it.
        case one
        /// Other processes. The draft's name is the file's, this mark and the process's number; the next write removes
        /// the drafts of processes that no longer exist.
        case several(mark: String)
    }

    /// Where the file will be.
    package let path: String
    private let mode: mode_t
    private let ignoresUmask: Bool
    private let writers: Writers
    private let flushing: Flushing

    /// - Parameters:
    ///   - mode: of the new file.
    ///   - ignoresUmask: whether it gets exactly that mode, whatever the process's umask.
    package init(
        _ path: String,
        mode: mode_t = 0o640,
        ignoresUmask: Bool = false,
        writers: Writers = .one,
        flushing: Flushing
    ) {
        self.path = path
        self.mode = mode
        self.ignoresUmask = ignoresUmask
        self.writers = writers
        self.flushing = flushing
    }

    /// A file that only this process writes, that has exactly this mode, and that is on the disk with its name when
    /// ``write(_:)`` returns.
    package static func durable(_ path: String, mode: mode_t = 0o640) -> FileReplacement {
        FileReplacement(path, mode: mode, ignoresUmask: true, flushing: .bytesAndName)
    }

    /// A file in the folder of a user, who can repeat the request after a crash of the machine.
    package static func ofUser(_ path: String) -> FileReplacement {
        FileReplacement(path, writers: .several(mark: ".callark-"), flushing: .nothing)
    }

    /// What a crash may leave next to a file that only one process writes.
    package static func draftPath(of path: String) -> String { path + ".tmp" }

    /// Makes `bytes` the file's content.
    package func write(_ bytes: [UInt8]) throws(ArchiveError) {
        try write { file throws(ArchiveError) in try file.write(bytes, at: 0) }
    }

    /// Replaces the file with what `body` writes into the empty file that it gets. If anything fails, the previous file
    /// stays, and no draft is left.
    package func write(_ body: (borrowing OpenFile) throws(ArchiveError) -> Void) throws(ArchiveError) {
        let draft = draftPath
        try FileSystem.remove(draft)
        do throws(ArchiveError) {
            let file = try OpenFile(draft, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
            try body(file)
            if ignoresUmask { try file.setMode(mode) }
            if flushing != .nothing { try file.synchronizeWithAttributes() }
            try FileSystem.replace(path, with: draft)
        } catch {
            try? FileSystem.remove(draft)
            throw error
        }
        if flushing == .bytesAndName { try FileSystem.synchronizeFolder(FileSystem.folder(of: path)) }
        removeDraftsOfDeadProcesses()
    }

    /// Removes the file, and the drafts of processes that no longer exist. The removal is flushed if the replacement's
    /// name would be.
    /// - Returns: whether there was a file.
    package func remove() throws(ArchiveError) -> Bool {
        removeDraftsOfDeadProcesses()
        guard try FileSystem.status(of: path) != nil else { return false }
        try FileSystem.remove(path)
        if flushing == .bytesAndName { try FileSystem.synchronizeFolder(FileSystem.folder(of: path)) }
        return true
    }

    private var draftPath: String {
        switch writers {
        case .one: Self.draftPath(of: path)
        case .several(let mark): ProcessDraft.path(of: path, mark: mark)
        }
    }

    /// The file itself is already in place, so a failure here loses nothing.
    private func removeDraftsOfDeadProcesses() {
        guard case .several(let mark) = writers else { return }
        for draft in ProcessDraft.abandoned(of: path, mark: mark) { try? FileSystem.remove(draft) }
    }
}
