/// Why a pass could not continue: what a person has to fix, and what went wrong.
package struct PassFailure: Hashable, Sendable {
    package var kind: Kind
    /// One line for people, without tokens, secrets and signed queries.
    package var reason: String

    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    /// What has to be fixed.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The token is refused and cannot be refreshed, or a scope or role is missing.
        case authorization
        /// The provider cannot be reached, or refuses.
        case provider
        /// The disk is full, read-only, or fails.
        case disk
        /// Bytes or rows are not what they should be.
        case damage
        /// Anything else.
        case other
    }
}
