import Files

/// What went wrong with a log: a code to decide by and a line for people.
package struct EvidenceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What to decide by.
    package enum Code: String, Hashable, Sendable {
        /// The log is not what its checkpoint, its hashes or its format say.
        case damaged
        /// The log lacks entries that it once had: an older state of it was restored.
        case rolledBack = "rolled_back"
        /// There is no log yet.
        case missing
        /// The key file is missing, unreadable, or not the log's.
        case key
        /// The origin cannot be that of a log.
        case badOrigin = "bad_origin"
        /// An entry is longer than the format allows.
        case tooLong = "too_long"
        /// What was asked for is not in the log, or not in its checkpoint yet.
        case unknown
        /// The disk is full, or a quota or file size limit is reached.
        case noSpace = "no_space"
        case permission
        case readOnly = "read_only"
        /// The disk or the file system failed.
        case inputOutput = "input_output"
        /// A bug in Callark.
        case bug
    }

    /// What to decide by.
    package var code: Code
    /// One line: what is wrong with which file, and what to do.
    package var description: String
    /// The file or folder concerned; may be empty.
    package var path: String

    package init(_ code: Code, _ description: String, path: String) {
        self.code = code
        self.description = description
        self.path = path
    }

    /// What went wrong with a file.
    init(_ error: ArchiveError) {
        let code: Code =
            switch error.code {
            case .noSpace, .heldBack: .noSpace
            case .permission: .permission
            case .readOnly: .readOnly
            case .missing: .missing
            case .damaged: .damaged
            default: .inputOutput
            }
        self.init(code, error.message, path: error.path)
    }

    /// Bytes that are not what they should be.
    static func damaged(_ message: String, _ path: String) -> EvidenceError {
        EvidenceError(.damaged, "\(path): \(message)", path: path)
    }
}
