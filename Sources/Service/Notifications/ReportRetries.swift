import Recordings

/// When a report is tried again that a channel did not take, or that could not be made: after a minute, then after twice as long
/// each time. Making a report reads all days of a month, and an attempt has all of it. It does not read a clock.
///
/// It is forgotten at a restart, because the reason for the failures may be gone by then.
struct ReportRetries: Sendable {
    /// A report on its way to a channel.
    struct Delivery: Hashable, Sendable {
        /// The channel's ID.
        var channel: String
        var organization: OrganizationName
        var month: ReportMonth
    }

    private struct Failure {
        var count: Int
        var time: Timestamp
    }

    /// The pause after the first failure.
    private static let shortest = Duration.minutes(1)
    /// The pause after many.
    static let longest = Duration.hours(4)

    private var failures: [Delivery: Failure] = [:]

    /// Whether a report may be tried now.
    func isDue(_ delivery: Delivery, at now: Timestamp) -> Bool {
        guard let failure = failures[delivery] else { return true }
        // A clock that was set back must not make the pause any longer.
        return now < failure.time || now - failure.time >= Self.pause(after: failure.count)
    }

    /// Counts a failure.
    /// - Returns: how long to wait now.
    mutating func noteFailure(of delivery: Delivery, at now: Timestamp) -> Duration {
        let count = (failures[delivery]?.count ?? 0) + 1
        failures[delivery] = Failure(count: count, time: now)
        return Self.pause(after: count)
    }

    /// Forgets the failures of a report that was delivered.
    mutating func noteSuccess(of delivery: Delivery) { failures[delivery] = nil }

    private static func pause(after failures: Int) -> Duration {
        min(shortest * (1 << min(failures - 1, 16)), longest)
    }
}
