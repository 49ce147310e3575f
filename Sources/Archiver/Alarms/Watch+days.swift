import Foundation
import Manifest
import Recordings

extension Watch {
    /// Days that ended long ago and are not closed.
    /// - Parameter covered: the time of the running pass.
    func dayAlarms(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        _ outlook: ClosingOutlook,
        _ standpoint: Standpoint,
        _ work: WorkUnderWay,
        besides covered: Range<Timestamp>?
    ) async throws -> [Alarm] {
        let begun = try await begunDays(organization, manifest, outlook, standpoint)
        let open = begun.filter { day in
            !outlook.closed.contains(day) && day.interval(in: timeZone).upperBound + rules.openDay <= standpoint.now
                && !isCovered(day, by: covered) && !work.backfills(day, outlook, in: timeZone)
        }
        guard let oldest = open.first else { return [] }
        let days = open.count == 1 ? "1 day is" : "\(open.count) days are"
        let reporting = Reporting(manifest: manifest, timeZone: timeZone)
        let report = try await reporting.days([oldest], organization: organization, at: standpoint).first
        let why = (report?.openBecause ?? []).map(\.description).joined(separator: ", ")
        let message = "\(days) over and not closed, the oldest \(oldest) (\(why))"
        let steps = report?.needed ?? []
        return [
            Alarm(
                .critical,
                .daysOpen,
                organization: organization.description,
                message
                    + steps.dropLast().enumerated().map { "\($0.offset == 0 ? "; first" : ", then") \($0.element)" }
                    .joined()
                    + (steps.count > 1 ? ", then" : ""),
                command: steps.last
            )
        ]
    }

    /// The past days that should be closed, oldest first: every day since the daily passes began, and earlier days that
    /// were listed in whole or in part. No alarm covers the days in between.
    private func begunDays(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        _ outlook: ClosingOutlook,
        _ standpoint: Standpoint
    ) async throws -> [ArchiveDay] {
        let today = standpoint.today
        guard let last = today.previous else { return [] }
        let daily = outlook.listed.map { ArchiveDay($0.lowerBound, in: timeZone) }
        let isOnlyKnownByRecords = outlook.listedAlone.isEmpty && outlook.listedTime.spans.isEmpty
        let first = outlook.firstDay(in: timeZone)
        let expectedSince = daily ?? (isOnlyKnownByRecords ? first : nil) ?? today
        // What an interrupted pass has listed is known only from its tasks. A task with a wrong time may be of a day that
        // no one can list.
        let reach = ArchiveDay(standpoint.now - ListingPart.searchReach, in: timeZone)
        var begun = try await manifest.daysWithListedTasks(organization, through: last, timeZone: timeZone)
            .filter { $0 > reach }
        for span in outlook.listedTime.spans { begun.formUnion(span.days(in: timeZone)) }
        if let first { begun.formUnion(first.through(last).filter { outlook.hasListed($0, in: timeZone) }) }
        begun.formUnion(expectedSince.through(last))
        return begun.filter { $0 <= last }.sorted()
    }

    /// Whether the running pass covers at least a part of the day.
    private func isCovered(_ day: ArchiveDay, by window: Range<Timestamp>?) -> Bool {
        window?.overlaps(day.interval(in: timeZone)) ?? false
    }

    /// Days on which another source of the provider's disagrees, although passes have had time to add what was missing.
    /// If the difference lasts for another horizon, nothing will resolve it: the alarm, which no one could act on,
    /// ends, and `status` continues to show the difference.
    func sourceAlarms(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        _ standpoint: Standpoint,
        besides covered: Range<Timestamp>?
    ) async throws -> [Alarm] {
        func end(_ day: ArchiveDay) -> Timestamp {
            day.interval(in: timeZone).upperBound + rules.openDay + standpoint.horizon
        }
        let standing = try await manifest.disagreements(organization).filter { comparison in
            end(comparison.day) - standpoint.horizon <= standpoint.now && standpoint.now < end(comparison.day)
                && !isCovered(comparison.day, by: covered)
        }
        guard let oldest = standing.first else { return [] }
        let count = Set(standing.map(\.day)).count
        let days = count == 1 ? "1 day differs" : "\(count) days differ"
        let sources = Set(standing.map(\.source.name)).sorted().joined(separator: " and ")
        return [
            Alarm(
                .warning,
                .sourceDiffers,
                organization: organization.description,
                "\(days) from \(sources), the oldest \(oldest.day), which ends by itself at \(end(oldest.day).named(in: timeZone)); "
                    + "compare it again",
                command: "callark archive --org \(organization) --day \(oldest.day)"
            )
        ]
    }
}

// MARK: - Volume

extension Watch {
    /// How many past days are compared with the history of their weekday.
    private static let daysLookedAt = 3
    /// How many weeks that history goes back. Below, the least number of its days that must exist.
    private static let weeksOfHistory = 8
    private static let fewestSamples = 3

    func volumeAlarms(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        _ outlook: ClosingOutlook,
        _ standpoint: Standpoint,
        besides covered: Range<Timestamp>?
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
            guard let day = last.earlier(by: age), outlook.hasListed(day, in: timeZone),
                !isCovered(day, by: covered)
            else { continue }
            let history = (1...Self.weeksOfHistory).compactMap { day.earlier(by: 7 * $0) }.filter(isKnown)
            guard history.count >= Self.fewestSamples else { continue }
            for (what, volumes) in [("tasks", tasks), ("recordings", recordings)] {
                let usual = Self.median(history.map { volumes[$0] ?? 0 })
                let volume = volumes[day] ?? 0
                guard Double(volume) * 100 < Double(rules.volumePercent) * usual else { continue }
                alarms.append(
                    Alarm(
                        volume == 0 ? .critical : .warning,
                        .volumeLow,
                        organization: organization.description,
                        "\(day) has \(volume) \(what), where its weekday usually has \(Int(usual.rounded())); list it "
                            + "again, or leave it: the alarm ends \(Self.daysLookedAt) days after that day",
                        command: "callark archive --org \(organization) --day \(day)"
                    )
                )
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

extension ArchiveDay {
    fileprivate func earlier(by days: Int) -> ArchiveDay? { ArchiveDay(daysSince1970: daysSince1970 - Int64(days)) }
}
