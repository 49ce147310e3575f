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
        let outlook = try await context.manifest.closingOutlook(organization)
        guard let first = firstDay(outlook), let last = today.previous else { return [] }
        let open = first.through(last).filter { day in
            !outlook.closed.contains(day) && !outlook.doubted.contains(day) && isListed(day, outlook)
        }
        guard let earliest = open.first else { return [] }
        let statuses = try await context.manifest.dayStatuses(
            organization: organization,
            since: earliest,
            at: context.standpoint(of: organization)
        )
        let unfinished = Set(statuses.filter { !$0.isHeldOrExplained }.map(\.day))
        return open.filter { !unfinished.contains($0) }
    }

    private func firstDay(_ outlook: ClosingOutlook) -> ArchiveDay? {
        let listed = [outlook.listed?.lowerBound, listed?.lowerBound].compactMap { $0.map(context.rules.day(of:)) }
        return (listed + [outlook.firstNoted].compactMap(\.self)).min()
    }

    /// A day of which there is a record was listed whole before that was made.
    private func isListed(_ day: ArchiveDay, _ outlook: ClosingOutlook) -> Bool {
        let interval = day.interval(in: context.rules.timeZone)
        return outlook.reopened.contains(day)
            || [outlook.listed, listed].contains { span in
                span.map { $0.lowerBound <= interval.lowerBound && interval.upperBound <= $0.upperBound } ?? false
            }
    }
}
