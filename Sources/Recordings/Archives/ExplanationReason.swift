/// What an operator may give as the reason of a gap.
package enum ExplanationReason: String, Hashable, Sendable, Codable, CaseIterable {
    /// Recording was switched off, or paused, for this contact.
    case recordingDisabled = "recording_disabled"
    /// No contact with a customer.
    case testCall = "test_call"
    /// Nobody spoke, such as a call that was dropped as it was connected.
    case noConversation = "no_conversation"
    /// The provider kept it for as long as it keeps recordings.
    case purgedUpstream = "purged_upstream"
    /// The provider admits that it lost or damaged it.
    case providerFault = "provider_fault"
    /// It was deleted because the law, or a court, or a customer's right required it.
    case legalDeletion = "legal_deletion"
    /// It is kept in another system.
    case heldElsewhere = "held_elsewhere"
    /// None of these: the note says it.
    case other
}
