/// What is still open about a task's captures.
package struct Question: Hashable, Sendable {
    /// `nil` if no pass asks it again by itself.
    package var nextAskTime: Timestamp?
    package var history: AskHistory?
    /// Why the provider refused the last question. If its answer listed something (``history`` has found something),
    /// why not all of that is available.
    package var refusal: String?
    package var firstAskTime: Timestamp?
    package var lastAskTime: Timestamp?
    /// The provider's tracking ID of its last answer.
    package var trackingID: String?

    package init(
        nextAskTime: Timestamp? = nil,
        history: AskHistory? = nil,
        refusal: String? = nil,
        firstAskTime: Timestamp? = nil,
        lastAskTime: Timestamp? = nil,
        trackingID: String? = nil
    ) {
        self.nextAskTime = nextAskTime
        self.history = history
        self.refusal = refusal
        self.firstAskTime = firstAskTime
        self.lastAskTime = lastAskTime
        self.trackingID = trackingID
    }
}
