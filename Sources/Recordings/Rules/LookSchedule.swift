/// When a suspect recording is checked again: at growing intervals, and for the last time at the horizon.
package struct LookSchedule: Hashable, Sendable {
    /// How long after it was received the last check is.
    package var horizon: Duration

    package init(horizon: Duration) { self.horizon = horizon }

    /// The first wait is an hour, and each further one is twice as long, up to this.
    private static let longestWait = Duration.hours(32)

    /// - Parameters:
    ///   - received: when the bytes arrived.
    ///   - looks: how often they were checked again.
    ///   - now: the time of the last check.
    /// - Returns: `nil` if it is not checked any more.
    package func next(received: Timestamp, looks: Int, now: Timestamp) -> Timestamp? {
        let end = self.end(received)
        guard now < end else { return nil }
        let wait = looks >= 5 ? Self.longestWait : .hours(1 << max(looks, 0))
        return min(now + wait, end)
    }

    /// Whether it is enough to ask whether the bytes have changed. Every second check, including the first, and the
    /// last fetch them, because the cache that truncated them may be what says that nothing has changed.
    package func isConditional(received: Timestamp, looks: Int, now: Timestamp) -> Bool {
        looks % 2 == 1 && now < end(received)
    }

    /// The horizon, or the end of time if the time of arrival is impossible.
    private func end(_ received: Timestamp) -> Timestamp {
        let (end, isTooLate) = received.millisecondsSince1970.addingReportingOverflow(horizon.milliseconds)
        return Timestamp(millisecondsSince1970: isTooLate ? .max : end)
    }
}
