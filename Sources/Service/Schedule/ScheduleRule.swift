import Foundation
import Recordings
import Settings

/// When the service works by itself: a rule that knows no clock. What was missed is made up for, once.
struct ScheduleRule: Sendable {
    let schedule: ServiceSettings.Schedule
    let timeZone: TimeZone

    /// A daily job that was not complete is tried again after this long, and so often.
    static let retryDelay = Duration.seconds(30 * 60)
    static let mostAttempts = 8
    /// No organization begins its daily job later than this after the others.
    private static let longestDelay = Duration.seconds(10 * 60)

    /// What is to be done.
    enum Kind: Sendable, Hashable {
        /// Look for new calls.
        case poll
        /// The daily job of this day.
        case daily(ArchiveDay)
    }

    /// Something to be done, and from when on.
    struct Run: Sendable, Hashable {
        var kind: Kind
        var due: Timestamp
    }

    /// What was done for an organization.
    struct History: Sendable, Hashable {
        /// When a run began last, of either kind.
        var lastBegan: Timestamp?
        /// The last daily job that ended.
        var daily: Daily?

        /// A daily job that ended.
        struct Daily: Sendable, Hashable {
            var day: ArchiveDay
            var ended: Timestamp
            /// How often it was tried.
            var attempts: Int
            /// Whether it need not be tried again.
            var isDone: Bool
        }
    }

    /// What an organization's next run is.
    /// - Parameters:
    ///   - since: when the service began to keep the schedule; what was due before then is not made up for.
    /// - Returns: `nil` if the schedule has nothing for it. A run whose time has passed is due now.
    func next(of organization: OrganizationName, _ history: History, since: Timestamp, now: Timestamp) -> Run? {
        let shift = Self.shift(of: organization)
        let runs = [poll(history, shift, since: since), daily(history, shift, since: since, now: now)].compactMap(
            \.self
        )
        // The daily job does what polling does, so it goes first.
        return runs.min { lhs, rhs in
            let (left, right) = (max(lhs.due, now), max(rhs.due, now))
            return left == right ? lhs.kind != .poll && rhs.kind == .poll : left < right
        }
    }

    /// Polling is at fixed times, so that it does not drift; each organization has its own.
    private func poll(_ history: History, _ shift: Double, since: Timestamp) -> Run? {
        guard let interval = schedule.poll?.milliseconds, interval > 0 else { return nil }
        let phase = Int64(Double(interval) * shift)
        let last = (history.lastBegan ?? since).millisecondsSince1970
        let passed = last - phase
        let slot = (passed - (passed % interval + interval) % interval) / interval + 1
        return Run(kind: .poll, due: Timestamp(millisecondsSince1970: slot * interval + phase))
    }

    private func daily(_ history: History, _ shift: Double, since: Timestamp, now: Timestamp) -> Run? {
        guard let time = schedule.daily.map({ DailyTime(time: $0, timeZone: timeZone) }) else { return nil }
        let delay = Duration.milliseconds(Int64(Double(Self.longestDelay.milliseconds) * shift))
        let today = ArchiveDay(now, in: timeZone)
        func begin(_ day: ArchiveDay) -> Timestamp? { time.instant(on: day).map { $0 + delay } }
        /// The last day whose time has come.
        let latest = [today, today.previous ?? today].first { day in begin(day).map { $0 <= now } ?? false }
        func upcoming(after day: ArchiveDay) -> Run? {
            var day = day.next
            // The calendar leaves out a day now and then.
            for _ in 0..<3 {
                if let due = begin(day) { return Run(kind: .daily(day), due: due) }
                day = day.next
            }
            return nil
        }
        guard let last = history.daily else {
            if let latest, let due = begin(latest), due >= since { return Run(kind: .daily(latest), due: due) }
            return upcoming(after: latest ?? today.previous ?? today)
        }
        if !last.isDone, last.attempts < Self.mostAttempts, latest.map({ $0 <= last.day }) ?? true {
            return Run(kind: .daily(last.day), due: last.ended + Self.retryDelay)
        }
        if let latest, latest > last.day { return begin(latest).map { Run(kind: .daily(latest), due: $0) } }
        return upcoming(after: max(last.day, latest ?? last.day))
    }

    /// Where in an interval an organization has its times, from 0 up to 1: by its name (FNV-1a), so that it stays.
    private static func shift(of organization: OrganizationName) -> Double {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in organization.description.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return Double(hash >> 11) / Double(UInt64(1) << 53)
    }
}
