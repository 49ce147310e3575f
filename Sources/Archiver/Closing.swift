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
        let outlook = try await context.manifest.closingOutlook(organization, altered: standpoint.altered)
        guard let first = firstDay(outlook), let last = today.previous else { return [] }
        let open = first.through(last).filter { day in
            !outlook.closed.contains(day) && !outlook.doubted.contains(day) && !outlook.damaged.contains(day)
                && outlook.hasListed(day, besides: listed, in: context.rules.timeZone)
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

    private func firstDay(_ outlook: ClosingOutlook) -> ArchiveDay? {
        let own = listed.map { context.rules.day(of: $0.lowerBound) }
        return [outlook.firstDay(in: context.rules.timeZone), own].compactMap(\.self).min()
    }
}

extension ClosingOutlook {
    /// The first day that anything was listed of; `nil` before the first listing.
    func firstDay(in timeZone: TimeZone) -> ArchiveDay? {
        [listed.map { ArchiveDay($0.lowerBound, in: timeZone) }, firstNoted, listedAlone.min()].compactMap(\.self).min()
    }

    /// Whether the whole day has been listed. One of which there is a record was, before that was made.
    /// - Parameter span: what has been listed besides.
    func hasListed(_ day: ArchiveDay, besides span: Range<Timestamp>? = nil, in timeZone: TimeZone) -> Bool {
        let interval = day.interval(in: timeZone)
        return closed.contains(day) || reopened.contains(day) || listedAlone.contains(day)
            || [listed, span].contains { span in
                span.map { $0.lowerBound <= interval.lowerBound && interval.upperBound <= $0.upperBound } ?? false
            }
    }
}
