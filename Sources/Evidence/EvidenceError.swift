import Files

/// What went wrong with a log: a code for programs and a line for people.
package struct EvidenceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    package enum Code: String, Hashable, Sendable {
        /// The log contradicts its checkpoint, its hashes or its format.
        case damaged
        /// The log lacks entries that it once had: an older state was restored.
        case rolledBack = "rolled_back"
        /// There is no log yet.
        case missing
        /// The key file is missing or unreadable, or its key is not the log's.
        case key
        /// The origin is not valid for a log.
        case badOrigin = "bad_origin"
        /// An entry is longer than the format allows.
        case tooLong = "too_long"
        /// The requested entry is not in the log, or not in its checkpoint yet.
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

    /// The kind of failure.
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

    /// The failure of a file operation.
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
