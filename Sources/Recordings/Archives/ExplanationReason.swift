/// The reasons that an operator can give for a gap.
package enum ExplanationReason: String, Hashable, Sendable, Codable, CaseIterable {
    /// Recording was switched off, or paused, for this contact.
    case recordingDisabled = "recording_disabled"
    /// No contact with a customer.
    case testCall = "test_call"
    /// No one spoke, such as a call that was dropped as it was connected.
    case noConversation = "no_conversation"
    /// The provider deleted it after its retention period.
    case purgedUpstream = "purged_upstream"
    /// The provider admits that it lost or damaged it.
    case providerFault = "provider_fault"
    /// It was deleted because the law, a court or a customer's right required it.
    case legalDeletion = "legal_deletion"
    /// It is kept in another system.
    case heldElsewhere = "held_elsewhere"
    /// None of these: the note says it.
    case other
}
