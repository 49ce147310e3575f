import GRDB
import Recordings

/// How failed recordings rest that an operator has explained. Until the horizon, they are tried again at growing
/// intervals (``AskSchedule/nextTry(failed:explained:created:)``), and after it only if someone asks for them. All
/// other failed recordings are tried in every pass.
///
/// When the rest ends is stored in `recording.wanted_time`, because both ways to a failed recording depend on it: the
/// sweep through what is wanted, and an answer that names the recording.
enum ExplainedRest {
    /// For recordings that are not tried again automatically.
    private static let never = Timestamp(millisecondsSince1970: 253_402_300_799_999)

    /// For a recording that has just failed; does nothing if no explanation covers it.
    static func begin(_ row: RecordingRowID, failed: Timestamp, schedule: AskSchedule, in db: Database) throws {
        let select = """
            SELECT explanation.time, created_time FROM explanation JOIN task ON task.row = explanation.task
            WHERE explanation.task = ? AND instr(failed, ?) > 0
            """
        let statement = try db.cachedStatement(sql: select)
        guard let known = try Row.fetchOne(statement, arguments: [row.task, ",\(row.ordinal),"]) else { return }
        let next = schedule.nextTry(
            failed: failed,
            explained: try known[0],
            created: try known[1]
        )
        try db.cachedStatement(sql: "UPDATE recording SET wanted_time = ? WHERE task = ? AND ordinal = ?")
            .execute(arguments: [(next ?? never).stored, row.task, row.ordinal])
    }

    /// For all failed recordings of a task that has just been explained.
    static func begin(_ task: Int64, explained: Timestamp, schedule: AskSchedule, in db: Database) throws {
        let failed = "SELECT ordinal FROM recording WHERE task = ? AND archive IS NULL AND failure IS NOT NULL"
        for ordinal in try Int64.fetchAll(db.cachedStatement(sql: failed), arguments: [task]) {
            let row = RecordingRowID(task: task, ordinal: ordinal)
            try begin(row, failed: explained, schedule: schedule, in: db)
        }
    }

    /// For a task whose explanation is withdrawn.
    static func end(of task: Int64, now: Timestamp, in db: Database) throws {
        try db.cachedStatement(sql: "\(update) AND task = :task").execute(arguments: ["now": now.stored, "task": task])
    }

    fileprivate static let update = """
        UPDATE recording SET wanted_time = :now
        WHERE archive IS NULL AND failure IS NOT NULL AND wanted_time > :now
        """
}

extension Manifest {
    /// Wakes recordings that rest because they are explained: someone asks for what is missing in a window. A sweep
    /// that begins at `now` or later tries them again.
    /// - Parameter window: only tasks that were created in it; `nil` for all.
    package func wakeExplained(
        _ organization: OrganizationName,
        window: Range<Timestamp>?,
        now: Timestamp
    ) async throws {
        try await write { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            let condition = """
                task IN (SELECT explanation.task FROM explanation JOIN task ON task.row = explanation.task
                    WHERE \(TaskRange.condition))
                """
            var arguments = TaskRange.arguments(organization: row, window: window)
            arguments += ["now": (now - .milliseconds(1)).stored]
            try db.execute(sql: "\(ExplainedRest.update) AND \(condition)", arguments: arguments)
        }
    }

    /// The same for single tasks, of any organization.
    /// - Parameter tasks: with the spelling that ``spelled(_:)`` returns; others are not found.
    package func wakeExplained(_ tasks: [TaskID], now: Timestamp) async throws {
        guard !tasks.isEmpty else { return }
        try await write { db in
            let condition = """
                task IN (SELECT explanation.task FROM explanation JOIN task ON task.row = explanation.task
                    WHERE task.id = :id)
                """
            let statement = try db.cachedStatement(sql: "\(ExplainedRest.update) AND \(condition)")
            let time = (now - .milliseconds(1)).stored
            for task in tasks { try statement.execute(arguments: ["now": time, "id": task.stored]) }
        }
    }
}
