/// Why a witness does not cosign a checkpoint: a code to decide by and a line for people.
package struct WitnessRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// What to decide by.
    package enum Code: String, Hashable, Sendable {
        /// Not in the form of a request.
        case malformed
        /// Nobody has said yet which key this log has.
        case unknownLog = "unknown_log"
        /// Not signed with the log's key.
        case notSigned = "not_signed"
        /// The request goes on from another state than the one that was signed last.
        case otherSize = "other_size"
        /// The log has fewer entries than before, or does not go on from what was signed: somebody changed its past.
        case inconsistent
        /// The witness's own files cannot be used.
        case local
    }

    /// What to decide by.
    package var code: Code
    /// One line: what is wrong, and what to do.
    package var description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
