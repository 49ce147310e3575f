import Glibc

/// What went wrong with a file of the archive's root: a code to decide by and a line for people.
package struct ArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What to decide by.
    package enum Code: String, Hashable, Sendable {
        /// The disk is full, or a quota or file size limit is reached.
        case noSpace = "no_space"
        case permission
        case readOnly = "read_only"
        /// The disk or the file system failed.
        case inputOutput = "input_output"
        /// Another pass holds the lock.
        case locked
        /// A file or folder that should be there is not.
        case missing
        /// Bytes are not what their checksum or their format says.
        case damaged
        /// A file stands where none may be replaced.
        case occupied
        /// The archive is being sealed, or its state after a restart was never asked for: see ``ArchiveWriter``.
        case notReady = "not_ready"
        /// The task that asked for it was cancelled.
        case cancelled
    }

    package var code: Code
    /// One line: what happened to which file, and what to do.
    package var message: String
    /// The file or folder concerned.
    package var path: String
    /// The system's own number, where a system call failed.
    package var errno: Int32?

    package init(_ code: Code, _ message: String, path: String, errno: Int32? = nil) {
        self.code = code
        self.message = message
        self.path = path
        self.errno = errno
    }

    package var description: String { message }
}

extension ArchiveError {
    /// A failed system call: `verb` is what was tried, such as `write`.
    static func system(_ verb: String, _ path: String, errno number: Int32 = Glibc.errno) -> ArchiveError {
        let (code, hint) = classify(number)
        let reason = String(cString: strerror(number)).lowercased()
        let message = "cannot \(verb) \(path): \(reason)\(hint.isEmpty ? "" : "; \(hint)")"
        return ArchiveError(code, message, path: path, errno: number)
    }

    /// Bytes that are not what they should be.
    static func damaged(_ message: String, path: String) -> ArchiveError {
        ArchiveError(.damaged, message, path: path)
    }

    private static func classify(_ number: Int32) -> (Code, hint: String) {
        switch number {
        case ENOSPC, EDQUOT: (.noSpace, "free some space and run again")
        case EFBIG: (.noSpace, "raise the file size limit of this process")
        case EACCES, EPERM: (.permission, "check the owner and mode of the folder")
        case EROFS: (.readOnly, "mount it for writing or choose another archive.root")
        case ENOENT, ENOTDIR: (.missing, "")
        case EEXIST: (.occupied, "move it away after looking at it")
        default: (.inputOutput, "")
        }
    }
}
