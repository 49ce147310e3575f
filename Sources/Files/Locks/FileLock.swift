import Glibc

/// A lock of the kernel's (flock(2)) on a file that is made for it. It ends with the value, and with the process however that
/// ends, because the kernel holds it and not the file's existence. A class, because it passes through asynchronous functions.
package final class FileLock: Sendable {
    /// Who may have it at the same time.
    package enum Kind: Sendable {
        /// Nobody else.
        case exclusive
        /// All who share it.
        case shared

        fileprivate var operation: Int32 {
            switch self {
            case .exclusive: LOCK_EX
            case .shared: LOCK_SH
            }
        }
    }

    /// Open as long as the value lives. The holder of the lock may write its identity into it.
    package let file: OpenFile

    private init(_ file: consuming OpenFile) {
        self.file = file
    }

    deinit { release() }

    /// Gives the lock back, before the value ends; doing so again changes nothing.
    package func release() {
        // Said, and not left to close(2): a child that is between fork(2) and exec(2) has a copy of the descriptor.
        _ = flock(file.descriptor, LOCK_UN)
    }

    /// Takes the lock of a file that is open, without waiting.
    /// - Returns: `nil` if somebody else has it; the file is closed then.
    /// - Throws: ``ArchiveError``, if the file system knows no locks.
    package static func taken(_ kind: Kind, of file: consuming OpenFile) throws(ArchiveError) -> FileLock? {
        guard try locked(file, kind.operation | LOCK_NB) else { return nil }
        return FileLock(file)
    }

    /// Waits for the lock of a file that is open; blocks the thread.
    package static func awaited(_ kind: Kind, of file: consuming OpenFile) throws(ArchiveError) -> FileLock {
        _ = try locked(file, kind.operation)
        return FileLock(file)
    }

    /// Takes the lock at `path` without waiting, and makes the file where it is missing.
    /// - Parameter mode: of a new file. It is for no other account: one that may only read it could open and lock it too, and
    ///   keep everybody waiting.
    /// - Returns: `nil` if somebody else has it.
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
