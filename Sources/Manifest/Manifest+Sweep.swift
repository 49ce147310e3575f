import GRDB
import Recordings

/// A task whose captures are to be asked for now.
package struct SweptTask: Hashable, Sendable {
    package var id: TaskID
    /// From where a sweep goes on after this task.
    package var cursor: SweepCursor
}

/// Where a sweep stands. Sweeps go by the order in which tasks became known, or recordings wanted, so that they meet
/// each once, whatever is added behind them meanwhile.
package struct SweepCursor: Hashable, Sendable {
    fileprivate var time: Int64
    fileprivate var task: Int64

    fileprivate static let beginning = SweepCursor(time: .min, task: 0)
}

extension Manifest {
    /// The tasks with recordings that are known and not held, which takes a new URL; the longest wanted first.
    /// - Parameters:
    ///   - window: only tasks that were created in it; `nil` for all.
    ///   - wantedBefore: leaves out what became wanted later, such as what the pass under way found or gave up itself.
    package func tasksAwaitingBytes(
        organization: OrganizationName,
        window: Range<Timestamp>?,
        wantedBefore: Timestamp,
        after cursor: SweepCursor?,
        limit: Int
    ) async throws -> [SweptTask] {
        try await read { db in
            let select = """
                SELECT task.id, wanted_time, task.row
                FROM recording CROSS JOIN task ON task.row = recording.task
                WHERE archive IS NULL AND wanted_time < :before AND \(TaskRange.condition)
                    AND wanted_time >= :after_time AND (wanted_time, task.row) > (:after_time, :after_task)
                GROUP BY wanted_time, recording.task ORDER BY wanted_time, recording.task LIMIT :limit
                """
            return try Self.sweep(
                select,
                organization,
                window,
                cursor,
                ["before": wantedBefore.stored, "limit": limit],
                db
            )
        }
    }

    /// The tasks whose question is open: due by the schedule, or in a window that somebody is impatient about.
    /// - Parameters:
    ///   - window: only tasks that were created in it; `nil` for all.
    ///   - dueBy: the schedule's waiting times are kept.
    ///   - impatientIn: tasks created in here are taken whatever the schedule says, also after the horizon, as long as
    ///     they are over and not settled.
    package func openQuestions(
        organization: OrganizationName,
        window: Range<Timestamp>?,
        dueBy: Timestamp,
        impatientIn: Range<Timestamp>?,
        after cursor: SweepCursor?,
        limit: Int
    ) async throws -> [SweptTask] {
        try await read { db in
            let select = """
                SELECT task.id, 0, task.row
                FROM question CROSS JOIN task ON task.row = question.task
                JOIN word AS status ON status.row = task.status
                WHERE question.task > :after_task AND \(TaskRange.condition) AND (next_ask_time <= :due
                    OR (created_time >= :impatient_from AND created_time < :impatient_to
                        AND status.text IN ('completed', 'abandoned')))
                ORDER BY question.task LIMIT :limit
                """
            let arguments: StatementArguments = [
                "due": dueBy.stored, "limit": limit,
                "impatient_from": impatientIn?.lowerBound.stored ?? .max,
                "impatient_to": impatientIn?.upperBound.stored ?? .min,
            ]
            return try Self.sweep(select, organization, window, cursor, arguments, db)
        }
    }

    private static func sweep(
        _ sql: String,
        _ organization: OrganizationName,
        _ window: Range<Timestamp>?,
        _ cursor: SweepCursor?,
        _ extra: StatementArguments,
        _ db: Database
    ) throws -> [SweptTask] {
        let organization = try OrganizationRow.row(of: organization, in: db)
        let cursor = cursor ?? .beginning
        var arguments = TaskRange.arguments(organization: organization, window: window) + extra
        arguments += ["after_task": cursor.task]
        let statement = try db.cachedStatement(sql: sql)
        if sql.contains(":after_time") { arguments += ["after_time": cursor.time] }
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            SweptTask(id: try TaskID(stored: row[0]), cursor: SweepCursor(time: row[1], task: row[2]))
        }
    }
}
