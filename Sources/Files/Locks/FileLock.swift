import Glibc

/// A kernel lock (flock(2)) on a file that exists for it. It ends with this value, and with the process however that
/// ends, because the kernel holds it and the file's existence means nothing. It is a class because it passes through
/// asynchronous functions.
package final class FileLock: Sendable {
    /// Who may hold it at the same time.
    package enum Kind: Sendable {
        /// No one else.
        case exclusive
        /// Everyone who shares it.
        case shared

        fileprivate var operation: Int32 {
            switch self {
            case .exclusive: LOCK_EX
            case .shared: LOCK_SH
            }
        }
    }

    /// Open for as long as this value lives. The holder of the lock may write its identity into it.
    package let file: OpenFile

    private init(_ file: consuming OpenFile) {
        self.file = file
    }

    deinit { release() }

    /// Releases the lock before this value ends. Releasing it again changes nothing.
    package func release() {
        // Explicit, not left to close(2): a child process between fork(2) and exec(2) has a copy of the descriptor.
        _ = flock(file.descriptor, LOCK_UN)
    }

    /// Takes the lock of an open file without waiting.
    /// - Returns: `nil` if another holder has it; the file is then closed.
    /// - Throws: ``ArchiveError`` if the file system does not support locks.
    package static func taken(_ kind: Kind, of file: consuming OpenFile) throws(ArchiveError) -> FileLock? {
        guard try locked(file, kind.operation | LOCK_NB) else { return nil }
        return FileLock(file)
    }

    /// Waits for the lock of an open file. Blocks the thread.
    package static func awaited(_ kind: Kind, of file: consuming OpenFile) throws(ArchiveError) -> FileLock {
        _ = try locked(file, kind.operation)
        return FileLock(file)
    }

    /// Takes the lock at `path` without waiting, and creates the file if it is missing.
    /// - Parameter mode: for a new file. Give no other account access: one that may only read the file could open and
    ///   lock it too, and keep everyone waiting.
    /// - Returns: `nil` if another holder has it.
    package static func taken(_ kind: Kind, at path: String, mode: mode_t = 0o600) throws(ArchiveError) -> FileLock? {
        try taken(kind, of: OpenFile(path, O_RDWR | O_CREAT, mode: mode))
    }

    private static func locked(_ file: borrowing OpenFile, _ operation: Int32) throws(ArchiveError) -> Bool {
        while flock(file.descriptor, operation) != 0 {
            if errno == EINTR { continue }
            if errno == EWOULDBLOCK { return false }
            throw .system("lock", file.path)
        }
        return true
    }
}
