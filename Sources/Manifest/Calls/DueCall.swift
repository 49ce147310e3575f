import GRDB
import Recordings

/// Tasks that Search has yet to be asked about.
enum DueCall {
    // Tasks that another source named have no status from the task list, and only Search can add to what is known of
    // them.
    private static let statuses = (TaskStatus.terminal + [TaskStatus("unknown")]).map { "'\($0)'" }

    static let select = """
        SELECT task.row, id, created_time, search IS NOT NULL AS has_search
        FROM task JOIN word AS status ON status.row = task.status
        LEFT JOIN call_outcome AS outcome ON outcome.row = task.call_outcome
        LEFT JOIN unsealed_task ON unsealed_task.task = task.row
        WHERE \(TaskRange.condition) AND ifnull(outcome.source, 0) = 0
            AND status.text IN (\(statuses.joined(separator: ", ")))
            AND (unsealed_task.task IS NOT NULL OR created_time >= :sealed_since)
        ORDER BY created_time
        """

    static func cursor(
        organization: OrganizationName,
        window: Range<Timestamp>,
        sealedSince: Timestamp,
        in db: Database
    ) throws -> RowCursor {
        var arguments = TaskRange.arguments(
            organization: try OrganizationRow.row(of: organization, in: db),
            window: window
        )
        arguments += ["sealed_since": sealedSince.stored]
        return try Row.fetchCursor(db.cachedStatement(sql: select), arguments: arguments)
    }
}
