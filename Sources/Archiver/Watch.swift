import DailyArchive
import Foundation
import Manifest
import Recordings
import WebexContactCenter

/// What is an alarm: the rules of the configuration.
package struct AlarmRules: Hashable, Sendable {
    /// A pass that ended as complete is older than this.
    package var completePass: Duration
    /// A day has less than this percentage of its weekday's median; 0 for never.
    package var volumePercent: Int
    /// A token ends within this time.
    package var token: Duration
    /// The horizon of an unexplained gap passes within this time.
    package var horizon: Duration
    /// The provider purges something that is missing within this time.
    package var purge: Duration
    /// A day ended longer ago than this, and is not closed, or does not fit what another source counts.
    package var openDay: Duration
    /// The file system has fewer bytes than this to give.
    package var freeBytes: Int64

    package init(
        completePass: Duration,
        volumePercent: Int,
        token: Duration,
        horizon: Duration,
        purge: Duration,
        openDay: Duration,
        freeBytes: Int64
    ) {
        self.completePass = completePass
        self.volumePercent = volumePercent
        self.token = token
        self.horizon = horizon
        self.purge = purge
        self.openDay = openDay
        self.freeBytes = freeBytes
    }
}

/// Looks for what nobody complains of by itself: passes that do not run, days that are too quiet, things that run out.
///
/// It reads the records of the last weeks and what is unfinished, and no row for each recording.
package struct Watch: Sendable {
    private let rules: AlarmRules
    private let timeZone: TimeZone

    /// How many days that are over are held against their weekday's history.
    private static let daysLookedAt = 3
    /// How far that history goes back, and how many days of it there have to be.
    private static let weeksOfHistory = 8
    private static let fewestSamples = 3

    package init(rules: AlarmRules, timeZone: TimeZone) {
        self.rules = rules
        self.timeZone = timeZone
    }

    /// The alarms of one organization.
    /// - Parameters:
    ///   - manifest: `nil` where there is none yet.
    ///   - standpoint: now.
    package func alarms(
        of organization: OrganizationName,
        manifest: Manifest?,
        at standpoint: Standpoint
    ) async throws -> [Alarm] {
        guard let manifest, try await manifest.organizations().contains(where: { $0.name == organization }) else {
            return [Alarm(.critical, .noCompletePass, organization: organization.description, "no pass has run yet")]
        }
        let outlook = try await manifest.closingOutlook(organization, altered: standpoint.altered)
        var alarms = try await passAlarms(organization, manifest, standpoint.now)
        alarms += try await volumeAlarms(organization, manifest, outlook, standpoint)
        alarms += try await gapAlarms(organization, manifest, standpoint)
        alarms += dayAlarms(organization, outlook, standpoint)
        alarms += try await witnessAlarms(organization, manifest, standpoint)
        alarms += try await damageAlarms(organization, manifest, standpoint)
        return alarms
    }

    /// What was archived and is known to be damaged, by what ends it: a repair, a backup, or a person's word.
    private func damageAlarms(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        _ standpoint: Standpoint
    ) async throws -> [Alarm] {
        let figures = try await manifest.damageFigures(organization, altered: standpoint.altered)
        return DamageAlarms(organization: organization, figures: figures).all
    }

    private func passAlarms(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        _ now: Timestamp
    ) async throws -> [Alarm] {
        let name = organization.description
        guard let ended = try await manifest.lastCompletePass(organization, reachingNow: true)?.endedTime else {
            let message = "no pass up to the present has been complete yet: run callark archive, without a window"
            return [Alarm(.critical, .noCompletePass, organization: name, message)]
        }
        var alarms: [Alarm] = []
        if now - ended > rules.completePass {
            let hours = Int((now - ended).seconds / 3600)
            let message = "no pass has been complete for \(hours) hours, since \(ended)"
            alarms.append(Alarm(.critical, .noCompletePass, organization: name, message))
        }
        if let last = try await manifest.lastPass(organization), last.outcome == .failed, let time = last.endedTime {
            let message = "the last pass could not go on at \(time): callark archive says why"
            alarms.append(Alarm(.warning, .lastPassFailed, organization: name, message))
        }
        return alarms
    }

    /// Days whose end was long ago, and that are not closed.
    private func dayAlarms(
        _ organization: OrganizationName,
        _ outlook: ClosingOutlook,
        _ standpoint: Standpoint
    ) -> [Alarm] {
        guard let first = outlook.firstDay(in: timeZone), let last = standpoint.today.previous else { return [] }
        // What lies between the days of a backfill and those of the daily work is nobody's yet.
        let daily = outlook.listed.map { ArchiveDay($0.lowerBound, in: timeZone) }
        let expectedSince = daily ?? (outlook.listedAlone.isEmpty ? first : last)
        let open = first.through(last).filter { day in
            !outlook.closed.contains(day) && (day >= expectedSince || outlook.hasListed(day, in: timeZone))
                && day.interval(in: timeZone).upperBound + rules.openDay <= standpoint.now
        }
        guard let oldest = open.first else { return [] }
        let days = open.count == 1 ? "1 day is" : "\(open.count) days are"
        let message = "\(days) over and not closed, the oldest \(oldest): callark report --day \(oldest)"
        return [Alarm(.critical, .daysOpen, organization: organization.description, message)]
    }
}

// MARK: - Other sources

extension Watch {
    /// Days on which another source of the provider's does not agree, though the passes have had time to take up what was
    /// missing. What still differs when the horizon has passed once more, nothing will mend: `status` goes on to say it,
    /// and the alarm, which nobody could answer otherwise, ends.
    private func witnessAlarms(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        _ standpoint: Standpoint
    ) async throws -> [Alarm] {
        let standing = try await manifest.disagreements(organization).filter { witness in
            let due = witness.day.interval(in: timeZone).upperBound + rules.openDay
            return due <= standpoint.now && standpoint.now < due + standpoint.horizon
        }
        guard let oldest = standing.first else { return [] }
        let count = Set(standing.map(\.day)).count
        let days = count == 1 ? "1 day does" : "\(count) days do"
        let sources = Set(standing.map(\.source.name)).sorted().joined(separator: " and ")
        let message = "\(days) not fit \(sources), the oldest \(oldest.day): callark report --day \(oldest.day)"
        return [Alarm(.warning, .witnessDiffers, organization: organization.description, message)]
    }
}

// MARK: - Gaps

extension Watch {
    /// What nobody has explained, by how long there is time for it. A gap may be of two kinds.
    private struct Missing: Sendable {
        var final = GapTally()
        var nearHorizon = GapTally()
        var nearPurge = GapTally()
    }

    private struct GapTally: Sendable {
        var count = 0
        /// The creation of the task that was created first, and its day.
        var oldest: (createdTime: Timestamp, day: ArchiveDay)?

        mutating func add(_ gap: Gap) {
            count += 1
            if let oldest, oldest.createdTime <= gap.createdTime { return }
            oldest = (gap.createdTime, gap.day)
        }
    }

    private func gapAlarms(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        _ standpoint: Standpoint
    ) async throws -> [Alarm] {
        let now = standpoint.now
        let purgedBefore = now - standpoint.retention
        let endangered = purgedBefore + rules.purge
        let missing = try await manifest.reduceGaps(
            GapFilter(organization: organization, isExplained: false, includesDamaged: false),
            at: standpoint,
            into: Missing()
        ) { [rules] missing, gap in
            // What is damaged has alarms of its own.
            if gap.wasHeld { return }
            let horizon = gap.createdTime + standpoint.horizon
            if horizon <= now {
                missing.final.add(gap)
            } else if horizon - rules.horizon <= now {
                missing.nearHorizon.add(gap)
            }
            if purgedBefore < gap.createdTime && gap.createdTime <= endangered { missing.nearPurge.add(gap) }
        }
        let command = "callark gaps --org \(organization)"
        var alarms: [Alarm] = []
        func add(_ severity: Alarm.Severity, _ code: Alarm.Code, _ tally: GapTally, _ what: String) {
            guard tally.count > 0 else { return }
            let oldest = tally.oldest.map { ", the oldest of \($0.day)" } ?? ""
            let message = "\(tally.count) \(what)\(oldest): \(command)"
            alarms.append(Alarm(severity, code, organization: organization.description, message))
        }
        add(.critical, .gapsUnexplained, missing.final, "missing past the horizon and not explained")
        add(.warning, .gapsNearHorizon, missing.nearHorizon, "missing, with the horizon near")
        var nearPurge = missing.nearPurge
        nearPurge.count += try await manifest.pendingRecordings(organization, createdBefore: endangered)
        add(.critical, .purgeNear, nearPurge, "missing or not yet fetched that the provider is about to purge")
        return alarms
    }
}

// MARK: - Volume

extension Watch {
    private func volumeAlarms(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        _ outlook: ClosingOutlook,
        _ standpoint: Standpoint
    ) async throws -> [Alarm] {
        guard rules.volumePercent > 0, let last = standpoint.today.previous,
            let earliest = last.earlier(by: 7 * Self.weeksOfHistory + Self.daysLookedAt)
        else { return [] }
        let tasks = try await manifest.taskCounts(organization, days: earliest...last)
        let statuses = try await manifest.dayStatuses(organization: organization, since: earliest, at: standpoint)
        let recordings = Dictionary(
            uniqueKeysWithValues: statuses.map {
                ($0.day, $0.archived + $0.stored + $0.pending + $0.failed + $0.damaged)
            }
        )
        func isKnown(_ day: ArchiveDay) -> Bool { tasks[day] != nil || outlook.hasListed(day, in: timeZone) }
        var alarms: [Alarm] = []
        for age in (0..<Self.daysLookedAt).reversed() {
            guard let day = last.earlier(by: age), outlook.hasListed(day, in: timeZone) else { continue }
            let history = (1...Self.weeksOfHistory).compactMap { day.earlier(by: 7 * $0) }.filter(isKnown)
            guard history.count >= Self.fewestSamples else { continue }
            for (what, volumes) in [("tasks", tasks), ("recordings", recordings)] {
                let usual = Self.median(history.map { volumes[$0] ?? 0 })
                let volume = volumes[day] ?? 0
                guard Double(volume) * 100 < Double(rules.volumePercent) * usual else { continue }
                let message = "\(day) has \(volume) \(what), where its weekday usually has \(Int(usual.rounded()))"
                let severity: Alarm.Severity = volume == 0 ? .critical : .warning
                alarms.append(Alarm(severity, .volumeLow, organization: organization.description, message))
            }
        }
        return alarms
    }

    /// - Parameter values: at least one.
    static func median(_ values: [Int]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1
            ? Double(sorted[middle]) : Double(sorted[middle - 1] + sorted[middle]) / 2
    }
}

// MARK: - What runs out

extension Watch {
    /// - Parameters:
    ///   - status: what is known of the tokens; `nil` where nothing is.
    ///   - isRenewable: whether Callark renews the access token by itself.
    package func alarms(
        of organization: OrganizationName,
        token status: TokenStatus?,
        isRenewable: Bool,
        now: Timestamp
    ) -> [Alarm] {
        let name = organization.description
        guard isRenewable || status?.accessExpires != nil else {
            let message =
                "one bearer token is configured, which nothing renews and whose end is not known: configure a "
            return [Alarm(.warning, .tokenEnds, organization: name, message + "client and a refresh token")]
        }
        if isRenewable, status?.needsLogin == true {
            let message = "there is no token yet: run `callark auth login --org \(name)`"
            return [Alarm(.critical, .tokenEnds, organization: name, message)]
        }
        let (end, what) =
            isRenewable ? (status?.refreshExpires, "the refresh token") : (status?.accessExpires, "the access token")
        guard let end, end - rules.token <= now else { return [] }
        let advice = isRenewable ? "run `callark auth login`, or authorise Callark again" : "put in a new one"
        guard end > now else {
            return [Alarm(.critical, .tokenEnds, organization: name, "\(what) ended at \(end): \(advice)")]
        }
        return [Alarm(.warning, .tokenEnds, organization: name, "\(what) ends at \(end): \(advice), or run a pass")]
    }

    /// - Parameter minimumFreeBytes: below this, passes download nothing.
    package func alarms(of disk: DiskSpace, path: String, minimumFreeBytes: Int64) -> [Alarm] {
        guard disk.freeBytes < max(rules.freeBytes, minimumFreeBytes) else { return [] }
        let message = "\(disk.freeBytes) bytes are free at \(path)"
        guard disk.freeBytes < minimumFreeBytes else { return [Alarm(.warning, .diskLow, message)] }
        return [Alarm(.critical, .diskLow, "\(message), and passes download nothing below \(minimumFreeBytes)")]
    }
}

extension ArchiveDay {
    fileprivate func earlier(by days: Int) -> ArchiveDay? { ArchiveDay(daysSince1970: daysSince1970 - Int64(days)) }
}
