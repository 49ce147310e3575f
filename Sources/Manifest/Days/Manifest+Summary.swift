import Foundation
import GRDB
import Recordings

extension Manifest {
    /// The counts of the tasks that were created in `window` at `standpoint`, per day, oldest first. Days about which
    /// nothing is known are left out.
    ///
    /// Takes time in proportion to the number of tasks and recordings in the window.
    package func reconciliation(
        organization: OrganizationName,
        window: Range<Timestamp>,
        at standpoint: Standpoint
    ) async throws -> [DayReconciliation] {
        try await read { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            let scope = DayTallyScope(window, organization: row)
            return try DayTally(organization, row, scope, at: standpoint, keeping: .none, in: db).days
        }
    }

    /// The state of each day at `standpoint`, oldest first. Days about which nothing is known are left out.
    ///
    /// Takes time in proportion to the number of archives and of what is unfinished, not to that of recordings.
    /// - Parameters:
    ///   - organization: only this one's days; `nil` for all, one organization after the other.
    ///   - since: only this day and later ones.
    package func dayStatuses(
        organization: OrganizationName? = nil,
        since: ArchiveDay? = nil,
        at standpoint: Standpoint
    ) async throws -> [DayStatus] {
        try await read { db in
            var counting = DayCounting(organization: organization, since: since, standpoint: standpoint)
            try counting.countHeld(in: db)
            try counting.countWanted(in: db)
            try counting.countDamaged(in: db)
            try counting.countGaps(in: db)
            try counting.countSuspects(in: db)
            try counting.markClosed(in: db)
            return counting.statuses
        }
    }

    /// The days, up to `last`, of which some pass has listed a task. A task that is only known by its ID, such as one
    /// that was fetched, does not count.
    ///
    /// Takes time in proportion to the number of days, not to that of tasks.
    package func daysWithListedTasks(
        _ organization: OrganizationName,
        through last: ArchiveDay,
        timeZone: TimeZone
    ) async throws -> Set<ArchiveDay> {
        try await read { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            let select = """
                SELECT created_time, day FROM task WHERE organization = ? AND created_time >= ? AND created_time < ? AND listed
                ORDER BY created_time LIMIT 1
                """
            let statement = try db.cachedStatement(sql: select)
            let end = last.interval(in: timeZone).upperBound
            var days: Set<ArchiveDay> = []
            var from = Int64.min
            while let found = try Row.fetchOne(statement, arguments: [row, from, end.stored]) {
                let created: Timestamp = try found[0]
                let day: ArchiveDay = try found[1]
                days.insert(day)
                // Earlier passes may have used another time zone, in which a day can end before it begins in this one.
                from = max(day.interval(in: timeZone).upperBound, created + .milliseconds(1)).stored
            }
            return days
        }
    }
}

extension [DayReconciliation] {
    /// The sum of all of them.
    package var total: PassSummary { reduce(into: PassSummary()) { $0 += $1.summary } }
}

extension Gap {
    /// By creation, and within a task by the recording, so that the order is always the same.
    static func isEarlier(_ lhs: Gap, _ rhs: Gap) -> Bool { GapPlace(lhs) < GapPlace(rhs) }
}
