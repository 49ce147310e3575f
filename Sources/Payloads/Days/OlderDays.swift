import Archiver
import Manifest
import Recordings

/// The days before those that are shown, combined.
package struct OlderDays {
    package let first: ArchiveDay
    package let last: ArchiveDay
    package let days: Int
    package let closed: Int
    /// The sums of all figures, with the first day as the day.
    package private(set) var total: DayStatus

    /// - Parameter days: oldest first.
    /// - Returns: `nil` if there are none.
    package init?(_ days: [DayStatus]) {
        guard let first = days.first, let last = days.last else { return nil }
        self.first = first.day
        self.last = last.day
        self.days = days.count
        closed = days.filter(\.isClosed).count
        total = DayStatus(organization: first.organization, day: first.day)
        for day in days {
            total.archived += day.archived
            total.stored += day.stored
            total.pending += day.pending
            total.failed += day.failed
            total.damaged += day.damaged
            total.gaps += day.gaps
            total.awaited += day.awaited
            total.explained += day.explained
            total.unexplained += day.unexplained
            total.unrepaired += day.unrepaired
            total.suspect += day.suspect
        }
    }
}
