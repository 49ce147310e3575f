import Foundation
import Manifest
import Recordings

/// Which days can be closed: they are over, the listing has passed their end without a doubt, and everything that is
/// expected of them is held or explained.
struct Closing: Sendable {
    let organization: OrganizationName
    /// What the pass itself has listed, from one end to the other; `nil` where it listed nothing.
    let listed: Range<Timestamp>?
    let context: PassContext

    /// The days that are to be looked at, oldest first: each of them may be closed, unless what is looked at then says
    /// otherwise. Days that are closed and unchanged are not among them.
    ///
    /// It takes time by the number of days and of what is unfinished, not of recordings.
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
    /// The first day that anything was listed of; `nil` before the first listing.
    func firstDay(in timeZone: TimeZone) -> ArchiveDay? {
        let spans = listedTime.spans.first.map { ArchiveDay($0.lowerBound, in: timeZone) }
        return [spans, firstNoted, listedAlone.min()].compactMap(\.self).min()
    }

    /// Whether the whole day has been listed, by any passes. A day that has a record was listed before the record was made.
    func hasListed(_ day: ArchiveDay, in timeZone: TimeZone) -> Bool {
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
