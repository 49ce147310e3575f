import Foundation
import Recordings
import Settings

/// Decides when scheduled runs are due. It does not read a clock. However many runs were missed, one makes up for them.
struct ScheduleRule: Sendable {
    let schedule: ServiceSettings.Schedule
    let timeZone: TimeZone

    /// How long to wait before an incomplete daily job is retried, and how often it is tried in all.
    static let retryDelay = Duration.seconds(30 * 60)
    static let maxAttempts = 8
    /// How often tokens and anchors are looked after.
    static let upkeepInterval = Duration.seconds(3600)
    /// The period after the configured time over which the organizations' daily jobs are spread.
    private static let longestDelay = Duration.seconds(10 * 60)

    /// The kind of a run.
    enum Kind: Sendable, Hashable {
        /// Look for new calls.
        case poll
        /// The daily job of this day.
        case daily(ArchiveDay)
        /// Renew tokens, and give checkpoints to the anchors.
        case upkeep
    }

    /// A run, and when it is due.
    struct Run: Sendable, Hashable {
        var kind: Kind
        var due: Timestamp
    }

    /// The runs of an organization so far.
    struct History: Sendable, Hashable {
        /// When the last poll or daily job began.
        var lastBegan: Timestamp?
        /// When tokens and anchors were last looked after.
        var lastUpkeep: Timestamp?
        /// The last daily job that ended.
        var daily: Daily?

        /// A daily job that ended.
        struct Daily: Sendable, Hashable {
            var day: ArchiveDay
            var ended: Timestamp
            /// How often it was tried so far.
            var attempts: Int
            /// Whether no retry is needed.
            var isDone: Bool
        }
    }

    /// The next run of an organization.
    /// - Parameters:
    ///   - since: when the service first ran the schedule. Runs that were due before that are not made up for.
    /// - Returns: `nil` if the schedule is off. If the run's time has passed, it is due now.
    func next(of organization: OrganizationName, _ history: History, since: Timestamp, now: Timestamp) -> Run? {
        // If several are due, the daily job goes first, because it includes the work of the others; then what waits longest.
        runs(of: organization, history, since: since, now: now).min { lhs, rhs in
            let (left, right) = (max(lhs.due, now), max(rhs.due, now))
            if left != right { return left < right }
            return lhs.kind.job == rhs.kind.job
                ? false : lhs.kind.job == .daily || rhs.kind.job != .daily && lhs.due < rhs.due
        }
    }

    /// When each job of an organization is due next.
    func planned(
        of organization: OrganizationName,
        _ history: History,
        since: Timestamp,
        now: Timestamp
    ) -> [ScheduleJob: Timestamp] {
        let runs = runs(of: organization, history, since: since, now: now)
        var planned = Dictionary(runs.map { ($0.kind.job, $0.due) }) { first, _ in first }
        if schedule.verifyParts != nil { planned[.verification] = planned[.daily] }
        return planned
    }

    private func runs(of organization: OrganizationName, _ history: History, since: Timestamp, now: Timestamp) -> [Run]
    {
        let shift = Self.shift(of: organization)
        let runs = [
            poll(history, shift, since: since), daily(history, shift, since: since, now: now),
            upkeep(history, shift, since: since),
        ]
        return runs.compactMap(\.self)
    }

    private func upkeep(_ history: History, _ shift: Double, since: Timestamp) -> Run? {
        guard schedule.isOn else { return nil }
        let last = history.lastUpkeep ?? since
        return Run(kind: .upkeep, due: Self.slot(after: last, every: Self.upkeepInterval.milliseconds, shift))
    }

    /// The next poll. Polls are at fixed times, so that they do not drift. Each organization has its own times.
    private func poll(_ history: History, _ shift: Double, since: Timestamp) -> Run? {
        guard let interval = schedule.poll?.milliseconds, interval > 0 else { return nil }
        return Run(kind: .poll, due: Self.slot(after: history.lastBegan ?? since, every: interval, shift))
    }

    /// The next of an organization's fixed times.
    private static func slot(after last: Timestamp, every interval: Int64, _ shift: Double) -> Timestamp {
        let phase = Int64(Double(interval) * shift)
        let passed = last.millisecondsSince1970 - phase
        let slot = (passed - (passed % interval + interval) % interval) / interval + 1
        return Timestamp(millisecondsSince1970: slot * interval + phase)
    }

    private func daily(_ history: History, _ shift: Double, since: Timestamp, now: Timestamp) -> Run? {
        guard let time = schedule.daily.map({ ZonedTime(time: $0, timeZone: timeZone) }) else { return nil }
        let delay = Duration.milliseconds(Int64(Double(Self.longestDelay.milliseconds) * shift))
        let today = ArchiveDay(now, in: timeZone)
        func begin(_ day: ArchiveDay) -> Timestamp? { time.instant(on: day).map { $0 + delay } }
        /// The last day whose time has come.
        let latest = [today, today.previous ?? today].first { day in begin(day).map { $0 <= now } ?? false }
        func upcoming(after day: ArchiveDay) -> Run? {
            var day = day.next
            // A zone's calendar may skip a day.
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
        if !last.isDone, last.attempts < Self.maxAttempts, latest.map({ $0 <= last.day }) ?? true {
            return Run(kind: .daily(last.day), due: last.ended + Self.retryDelay)
        }
        if let latest, latest > last.day { return begin(latest).map { Run(kind: .daily(latest), due: $0) } }
        return upcoming(after: max(last.day, latest ?? last.day))
    }

    /// An organization's position within an interval, from 0 up to 1. It is a hash of the name (FNV-1a), so it stays the
    /// same.
    private static func shift(of organization: OrganizationName) -> Double {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in organization.description.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return Double(hash >> 11) / Double(UInt64(1) << 53)
    }
}

extension ScheduleRule.Kind {
    /// The job of which it is a run.
    var job: ScheduleJob {
        switch self {
        case .poll: .poll
        case .daily: .daily
        case .upkeep: .upkeep
        }
    }
}
