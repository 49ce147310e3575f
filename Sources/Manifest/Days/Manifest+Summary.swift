import GRDB
import Recordings

extension Manifest {
    /// What the tasks that were created in `window` come to as seen from `standpoint`, day by day, oldest first. Days of
    /// which nothing is known are left out.
    ///
    /// It takes time by the number of tasks and recordings in the window.
    package func reconciliation(
        organization: OrganizationName,
        window: Range<Timestamp>,
        at standpoint: Standpoint
    ) async throws -> [DayReconciliation] {
        try await read { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            let scope = ReckoningScope(window, organization: row)
            return try Reckoning(organization, row, scope, at: standpoint, keeping: .none, in: db).days
        }
    }

    /// What each day comes to, oldest first, as seen from `standpoint`. Days of which nothing is known are left out.
    ///
    /// It takes time by the number of archives and of what is unfinished, not of recordings.
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
}

extension [DayReconciliation] {
    /// All of them together.
    package var total: PassSummary { reduce(into: PassSummary()) { $0 += $1.summary } }
}

extension Gap {
    /// By creation, and within a task by the recording, so that the order is always the same.
    static func isEarlier(_ lhs: Gap, _ rhs: Gap) -> Bool {
        func place(_ gap: Gap) -> (Timestamp, TaskID, String) {
            (gap.createdTime, gap.taskID, gap.recording.map { "\(FileName.of($0, distinguisher: 0)) \($0)" } ?? "")
        }
        return place(lhs) < place(rhs)
    }
}
