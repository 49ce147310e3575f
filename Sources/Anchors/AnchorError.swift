import Evidence

/// Why a checkpoint could not be given to an anchor, or what an anchor gave does not hold: a code to decide by and a line
/// for people.
package struct AnchorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What to decide by.
    package enum Code: String, Hashable, Sendable {
        /// It could not be reached, or did not answer in time; it may later.
        case unavailable
        /// It answered, and will not do it.
        case refused
        /// What it answered does not verify, or contradicts the log.
        case unsound
        /// What it gave could not be kept.
        case local
    }

    /// What to decide by.
    package var code: Code
    /// One line: what is wrong, and what to do.
    package var description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Something that went wrong with the log on this machine.
    init(_ error: EvidenceError) {
        self.init(error.code == .damaged || error.code == .rolledBack ? .unsound : .local, error.description)
    }
}
