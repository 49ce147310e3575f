/// A failure with the vault: a code to decide by, and a line for people.
package struct VaultError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The code to decide by.
    package enum Code: String, Hashable, Sendable {
        /// The store gives no answer, fails, or is busy, after all attempts.
        case unreachable
        /// Bytes changed or were lost between here and the store, in all attempts.
        case disturbed
        /// The store is full.
        case full
        /// The credentials are missing, expired or refused.
        case refused
        /// The lock is not there, is shorter than it has to be, or is not real.
        case lock
        /// Something about the store has to be changed before it can be used: no such bucket, another region.
        case unusable
        /// Another root is the writer of this vault.
        case notWriter = "not_writer"
        /// The bytes in the vault are not those that were put.
        case damaged
        /// What should be in the vault is not.
        case missing
        /// The disk of this machine failed; the error's cause is an `ArchiveError`.
        case local
        /// The task that asked for it was cancelled.
        case cancelled
    }

    package var code: Code
    /// One line: what happened to which object, and what to do. It has no token, signature or secret.
    package var message: String
    /// The failure of this machine's disk, if the code is `local`.
    package var cause: ArchiveError?

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// A failure of this machine's disk.
    package init(_ cause: ArchiveError) {
        code = cause.code == .cancelled ? .cancelled : .local
        message = cause.message
        self.cause = cause
    }

    package var description: String { message }

    /// Whether the same may succeed later without anybody doing anything.
    package var isPassing: Bool { [.unreachable, .disturbed, .full, .cancelled].contains(code) }

    /// The same for those who read bytes, wherever these come from.
    package func reading(_ path: String) -> ArchiveError {
        if let cause { return cause }
        let code: ArchiveError.Code =
            switch code {
            case .unreachable, .disturbed, .full: .unreachable
            case .refused: .unauthorized
            case .lock, .unusable, .notWriter, .local: .inputOutput
            case .damaged: .damaged
            case .missing: .missing
            case .cancelled: .cancelled
            }
        return ArchiveError(code, message, path: path)
    }
}
