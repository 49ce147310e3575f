/// What the archive notes about people who use it, and what it asks of them.
package struct AuditSettings: Sendable, Hashable {
    /// Whether nobody gets audio without giving a reason.
    package var requiresReason: Bool
    /// Whether nobody gets audio, or an export, if it cannot be noted in the evidence log.
    package var isRequired: Bool
    /// Whether looking at calls, which have numbers and names, is noted too.
    package var includesMetadata: Bool

    package init(requiresReason: Bool = false, isRequired: Bool = true, includesMetadata: Bool = false) {
        self.requiresReason = requiresReason
        self.isRequired = isRequired
        self.includesMetadata = includesMetadata
    }
}
