/// When a suspect recording is looked at again: at growing intervals, and for the last time at the horizon.
package struct LookSchedule: Hashable, Sendable {
    /// How long after it was received.
    package var horizon: Duration

    package init(horizon: Duration) { self.horizon = horizon }

    /// From one hour on, each wait is twice the one before, up to this.
    private static let longestWait = Duration.hours(32)

    /// - Parameters:
    ///   - received: when the bytes came.
    ///   - looks: how often they were looked at again.
    ///   - now: the last time.
    /// - Returns: `nil` if it is not looked at any more.
    package func next(received: Timestamp, looks: Int, now: Timestamp) -> Timestamp? {
        let end = self.end(received)
        guard now < end else { return nil }
        let wait = looks >= 5 ? Self.longestWait : .hours(1 << max(looks, 0))
        return min(now + wait, end)
    }

    /// Whether it is enough to ask whether the bytes are others by now. Every second look, the first and the last fetch
    /// them: what says that nothing has changed may be the cache that cut them off.
    package func isConditional(received: Timestamp, looks: Int, now: Timestamp) -> Bool {
        looks % 2 == 1 && now < end(received)
    }

    /// The horizon, or the end of time for a moment of arrival that cannot be.
    private func end(_ received: Timestamp) -> Timestamp {
        let (end, isTooLate) = received.millisecondsSince1970.addingReportingOverflow(horizon.milliseconds)
        return Timestamp(millisecondsSince1970: isTooLate ? .max : end)
    }
}
