/// Why a witness does not cosign a checkpoint: a code for programs and a line for people.
package struct WitnessRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of refusal.
    package enum Code: String, Hashable, Sendable {
        /// It is not in the form of a request.
        case malformed
        /// The key of this log has not been given yet.
        case unknownLog = "unknown_log"
        /// It is not signed with the log's key.
        case notSigned = "not_signed"
        /// The request continues from another state than the one last signed.
        case otherSize = "other_size"
        /// The log has fewer entries than before, or does not continue from what was signed: someone changed its past.
        case inconsistent
        /// The witness's own files cannot be used.
        case local
    }

    /// The kind of refusal.
    package var code: Code
    /// One line: what is wrong, and what to do.
    package var description: String

    /// How many entries were signed last, if the request does not go on from there, or cannot.
    package var knownSize: Int64?

    init(_ code: Code, _ description: String, knownSize: Int64? = nil) {
        self.code = code
        self.description = description
        self.knownSize = knownSize
    }
}
