/// The answers that a task has had so far.
package struct AskHistory: Hashable, Sendable {
    /// How many times it was asked about.
    package var asks: Int
    /// How many recordings the last answer listed, usable or not.
    package var found: Int
    /// When the present answer was first received.
    package var unchangedSince: Timestamp

    package init(asks: Int, found: Int, unchangedSince: Timestamp) {
        self.asks = asks
        self.found = found
        self.unchangedSince = unchangedSince
    }

    /// The history with one more answer.
    /// - Parameter isNew: whether the answer listed a recording that no earlier answer did.
    package static func appending(found: Int, isNew: Bool, to earlier: AskHistory?, now: Timestamp) -> AskHistory {
        guard let earlier, earlier.asks > 0 else { return AskHistory(asks: 1, found: found, unchangedSince: now) }
        let isEqual = !isNew && found == earlier.found
        return AskHistory(asks: earlier.asks + 1, found: found, unchangedSince: isEqual ? earlier.unchangedSince : now)
    }
}
