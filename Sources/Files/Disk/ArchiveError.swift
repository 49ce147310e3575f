import Glibc

/// A failure with a file of the archive root: a code to decide by, and a line for people.
package struct ArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The code to decide by.
    package enum Code: String, Hashable, Sendable {
        /// The disk is full, or a quota or file size limit is reached.
        case noSpace = "no_space"
        /// Writing would leave less free space than must stay free; nothing was written.
        case heldBack = "held_back"
        case permission
        case readOnly = "read_only"
        /// The disk or the file system failed.
        case inputOutput = "input_output"
        /// Another process holds the lock.
        case locked
        /// A file or folder that should exist does not.
        case missing
        /// Bytes do not match their checksum or their format.
        case damaged
        /// A later version of Callark wrote it.
        case newer
        /// A folder belongs to something else, and is not an archive root.
        case foreign
        /// A file already exists where none may be replaced.
        case occupied
        /// The archive is being sealed, or was not recovered after a restart: see ``ArchiveWriter``.
        case notReady = "not_ready"
        /// The bytes are kept on another machine, which gives no answer.
        case unreachable
        /// The same, and it refuses this machine's credentials.
        case unauthorized
        /// The task that asked for it was cancelled.
        case cancelled
    }

    package var code: Code
    /// What happened to which file.
    private var event: String
    /// How much room there is and how much is needed, if there is too little.
    package private(set) var shortage: DiskShortage?
    /// What to do; may be empty.
    private var advice = ""
    /// The file or folder concerned.
    package var path: String
    /// The system's own number, if a system call failed.
    package var errno: Int32?

    package init(_ code: Code, _ message: String, path: String, errno: Int32? = nil) {
        self.code = code
        event = message
        self.path = path
        self.errno = errno
    }

    /// One line: what happened to which file, how much room is missing, and what to do.
    package var message: String {
        var parts = [event]
        if let shortage { parts.append(shortage.description) }
        if !advice.isEmpty { parts.append(advice) }
        return parts.joined(separator: "; ")
    }

    package var description: String { message }
}

extension ArchiveError {
    /// A failed system call; `verb` is what was tried, such as `write`.
    /// - Parameter neededBytes: how many bytes were to be written, if it was a write.
    package static func system(
        _ verb: String,
        _ path: String,
        errno number: Int32 = Glibc.errno,
        neededBytes: Int64? = nil
    ) -> ArchiveError {
        let (code, advice) = classify(number)
        let reason = String(cString: strerror(number)).lowercased()
        var error = ArchiveError(code, "cannot \(verb) \(path): \(reason)", path: path, errno: number)
        error.advice = advice
        if number == ENOSPC || number == EDQUOT {
            // The file itself may not exist yet.
            let space = (try? DiskSpace(at: path)) ?? (try? DiskSpace(at: FileSystem.folder(of: path)))
            error.shortage = space.map { DiskShortage(space: $0, neededBytes: neededBytes) }
        }
        return error
    }

    /// The same error, with the number of all bytes that were to be written together with those that failed.
    package func needing(_ bytes: Int64) -> ArchiveError {
        var error = self
        error.shortage?.neededBytes = bytes
        return error
    }

    /// Too little room for something that was not started.
    package static func heldBack(_ path: String, _ shortage: DiskShortage) -> ArchiveError {
        var error = ArchiveError(.heldBack, "no room to write below \(path)", path: path)
        error.shortage = shortage
        return error
    }

    /// Bytes that are not what they should be.
    package static func damaged(_ message: String, path: String) -> ArchiveError {
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
