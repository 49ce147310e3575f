/// What is still open about a task's captures.
package struct Question: Hashable, Sendable {
    /// `nil` where it is not asked again by itself.
    package var nextAskTime: Timestamp?
    package var history: AskHistory?
    /// Why the provider refused the last question, or, where its answer listed something, why not all of that can be
    /// had: then ``history`` has found something.
    package var refusal: String?
    package var firstAskTime: Timestamp?
    package var lastAskTime: Timestamp?
    /// The provider's name for its last answer.
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
