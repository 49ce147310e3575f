import Foundation
import Manifest
import Recordings

/// Finds the days that can be closed: they are over, the listing has passed their end without a doubt, and everything
/// expected of them is held or explained.
struct ClosableDays: Sendable {
    let organization: OrganizationName
    /// The span that the pass itself has listed; `nil` if it listed nothing.
    let listed: Range<Timestamp>?
    let context: PassContext

    /// The days to look at, oldest first: each may be closed, unless a closer look says otherwise. Closed, unchanged
    /// days are left out.
    ///
    /// The time it takes depends on the number of days and unfinished items, not of recordings.
    func days(before today: ArchiveDay) async throws -> [ArchiveDay] {
        let standpoint = try await context.standpoint(of: organization)
        var outlook = try await context.manifest.closingOutlook(organization, altered: standpoint.altered)
        if let listed { outlook.listedTime.add(listed) }
        let zone = context.rules.timeZone
        guard let first = outlook.firstDay(in: zone), let last = today.previous else { return [] }
        let open = first.through(last).filter { day in
            !outlook.closed.contains(day) && !outlook.doubted.contains(day) && !outlook.damaged.contains(day)
                && outlook.hasListed(day, in: zone)
        }
        guard let earliest = open.first else { return [] }
        let statuses = try await context.manifest.dayStatuses(
            organization: organization,
            since: earliest,
            at: standpoint
        )
        let unfinished = Set(statuses.filter { !$0.isHeldOrExplained }.map(\.day))
        return open.filter { !unfinished.contains($0) }
    }
}

extension ClosingOutlook {
    /// The first day of which anything was listed; `nil` before the first listing.
    func firstDay(in timeZone: TimeZone) -> ArchiveDay? {
        let spans = listedTime.spans.first.map { ArchiveDay($0.lowerBound, in: timeZone) }
        return [spans, firstNoted, listedAlone.min()].compactMap(\.self).min()
    }

    /// Whether the whole day has been listed, by any passes. A day that has a record was listed before the record was
    /// made.
    package func hasListed(_ day: ArchiveDay, in timeZone: TimeZone) -> Bool {
        isListedAsDay(day) || listedTime.contains(day.interval(in: timeZone))
    }

    /// The days of which a part that is in `window` has not been listed, oldest first.
    func unlisted(in window: Range<Timestamp>, timeZone: TimeZone) -> [ArchiveDay] {
        window.days(in: timeZone).filter { day in
            !isListedAsDay(day) && !listedTime.contains(day.interval(in: timeZone).clamped(to: window))
        }
    }

    private func isListedAsDay(_ day: ArchiveDay) -> Bool {
        closed.contains(day) || reopened.contains(day) || listedAlone.contains(day)
    }
}

extension Range<Timestamp> {
    /// The days that it covers, whole or in part; none if it is empty.
    func days(in timeZone: TimeZone) -> [ArchiveDay] {
        guard !isEmpty else { return [] }
        return ArchiveDay(lowerBound, in: timeZone).through(ArchiveDay(upperBound - .milliseconds(1), in: timeZone))
    }
}
