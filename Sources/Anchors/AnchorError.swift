import Evidence
import Recordings

/// Why a checkpoint could not be given to an anchor, or why an anchor's answer is invalid: a code for programs and a
/// line for people.
package struct AnchorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    package enum Code: String, Hashable, Sendable {
        /// It could not be reached, or did not answer in time; trying later may help.
        case unavailable
        /// It answered that it will not do it.
        case refused
        /// Its answer does not verify, or contradicts the log.
        case unsound
        /// Its answer could not be kept.
        case local
    }

    /// The kind of failure.
    package var code: Code
    /// One line: what is wrong, and what to do.
    package var description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// A failure of the log on this machine.
    init(_ error: EvidenceError) {
        self.init(error.code == .damaged || error.code == .rolledBack ? .unsound : .local, error.description)
    }
}

extension AnchorError {
    /// How far the clocks of an anchor and of this machine may be apart.
    private static let clockSlack = Duration.hours(24)

    /// Requires that an answer is not from the future: its anchor would seem to have just seen the newest checkpoint, for years.
    /// - Throws: `unsound`.
    package static func requirePast(_ time: Timestamp, of name: String, now: Timestamp) throws(AnchorError) {
        guard time - now > clockSlack else { return }
        throw AnchorError(
            .unsound,
            "the answer of \(name) is from \(time), more than a day ahead of this machine: one of the two clocks is wrong"
        )
    }
}
