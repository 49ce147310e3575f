import Glibc

/// A new file in the place of what stands at a path: who reads there finds what was there before, or all of the new one.
/// It is written beside it as a draft first, and renamed.
package struct FileReplacement: Sendable {
    /// What is on the disk when it is written.
    package enum Flushing: Sendable {
        /// Perhaps nothing yet: a crash of the machine may leave an empty file under the name.
        case nothing
        /// All bytes. A crash of the machine leaves the old file or the new one.
        case bytes
        /// The bytes and the name. After a crash of the machine it is the new file.
        case bytesAndName
    }

    /// Who else may write at this path at the same time.
    package enum Writers: Sendable {
        /// Nobody, because somebody holds a lock. The draft's name is ``FileReplacement/draftPath(of:)``, and what a crash
        /// leaves of it goes with the next writing.
        case one
        /// Other processes. The draft's name is the file's, this mark and the process's number; what processes that are gone
        /// have left goes with the next writing.
        case several(mark: String)
    }

    /// Where the file will stand.
    package let path: String
    private let mode: mode_t
    private let ignoresUmask: Bool
    private let writers: Writers
    private let flushing: Flushing

    /// - Parameters:
    ///   - mode: of the new file.
    ///   - ignoresUmask: whether it has exactly that mode, whatever the process's umask takes away.
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

    /// One that only this process writes, that has exactly this mode, and that is on the disk, name and all, when ``write(_:)``
    /// returns.
    package static func durable(_ path: String, mode: mode_t = 0o640) -> FileReplacement {
        FileReplacement(path, mode: mode, ignoresUmask: true, flushing: .bytesAndName)
    }

    /// One in a folder of somebody's who asked for it, who can ask again after a crash of the machine.
    package static func ofUser(_ path: String) -> FileReplacement {
        FileReplacement(path, writers: .several(mark: ".callark-"), flushing: .nothing)
    }

    /// What a crash may leave beside a file that one writes.
    package static func draftPath(of path: String) -> String { path + ".tmp" }

    /// Puts `bytes` there.
    package func write(_ bytes: [UInt8]) throws(ArchiveError) {
        try write { file throws(ArchiveError) in try file.write(bytes, at: 0) }
    }

    /// Puts there what `body` writes into the empty file that it is given. If anything fails the file stays as it was, and
    /// no draft is left.
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

    /// Takes the file away, and what processes that are gone have left beside it; on the disk, where the replacement would be.
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
        case .several(let mark): "\(path)\(mark)\(getpid())"
        }
    }

    /// Nobody goes on with what a process that was killed has left. The file itself is in place: where this fails nothing
    /// is lost.
    private func removeDraftsOfDeadProcesses() {
        guard case .several(let mark) = writers else { return }
        let folder = FileSystem.folder(of: path)
        let begin = "\(path.split(separator: "/").last ?? "")\(mark)"
        for name in (try? FileSystem.names(in: folder)) ?? [] where name.hasPrefix(begin) {
            guard let process = pid_t(name.dropFirst(begin.count)), kill(process, 0) != 0, errno == ESRCH else {
                continue
            }
            try? FileSystem.remove("\(folder)/\(name)")
        }
    }
}
