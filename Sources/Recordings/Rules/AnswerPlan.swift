/// What a provider's answer about one task changes. ``AnswerRule`` decides it; the manifest carries it out.
package struct AnswerPlan: Hashable, Sendable {
    /// A recording that becomes known through the answer.
    package struct Registration: Hashable, Sendable {
        package var captured: CapturedRecording
        package var recording: KnownRecording
        /// Distinguishes its file's name from the others of its task.
        package var distinguisher: Int
        /// The held recording that it is another version of; `nil` for a new one.
        package var earlier: KnownRecording?
    }

    /// A recording whose bytes are wanted.
    package struct Fetch: Hashable, Sendable {
        package var captured: CapturedRecording
        package var recording: KnownRecording
        /// Whether it was known before, so that its bytes may have been held.
        package var wasKnown: Bool
        /// Set for a suspect recording that is held and only checked again.
        package var look: SuspectLook?
    }

    /// A recording that is given up for now.
    package struct Failure: Hashable, Sendable {
        package var recording: KnownRecording
        package var code: GapReason
        /// The reason, for people.
        package var reason: String
    }

    /// The next state of the question about the task.
    package enum QuestionChange: Hashable, Sendable {
        case leave
        case close
        case save(Question)
    }

    /// What the log of events says about the task's gap.
    package enum GapChange: Hashable, Sendable {
        case leave
        /// Opens a gap, unless one is open already.
        case open(GapReason, found: Int)
        /// Closes the gap if nothing of the task is missing any more.
        case closeIfFilled
    }

    /// A refusal that was not known before.
    package struct Refusal: Hashable, Sendable {
        /// Whether the provider listed recordings that are not available; otherwise it refused to answer.
        package var isOfRecordings: Bool
        package var reason: String

        package init(isOfRecordings: Bool, reason: String) {
            (self.isOfRecordings, self.reason) = (isOfRecordings, reason)
        }
    }

    package var registered: [Registration] = []
    package var fetched: [Fetch] = []
    /// Suspects that were due to be checked and that the provider does not offer now, by ordinal.
    package var missedLooks: [Int64: SuspectLook] = [:]
    package var failed: [Failure] = []
    package var question = QuestionChange.leave
    package var gap = GapChange.leave
    package var refusal: Refusal?

    package init() {}
}
