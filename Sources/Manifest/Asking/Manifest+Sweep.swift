import GRDB
import Recordings

extension Manifest {
    /// The tasks with recordings that are known and not held, so that new URLs are needed. In the order in which the
    /// tasks became known.
    /// - Parameters:
    ///   - window: only tasks that were created in it; `nil` for all.
    ///   - wantedBefore: leaves out recordings that became wanted at this time or later, such as those that the running
    ///     pass found or gave up itself.
    ///   - cursor: how far the sweep is; `nil` at its beginning.
    ///   - limit: how many tasks at most.
    /// - Throws: `unknown` if the organization is not registered.
    package func tasksAwaitingBytes(
        organization: OrganizationName,
        window: Range<Timestamp>?,
        wantedBefore: Timestamp,
        after cursor: SweepCursor?,
        limit: Int
    ) async throws -> [SweptTask] {
        // The primary key has the same order, but reading along it would pass everything that is held.
        let select = """
            SELECT task.id, task.row
            FROM recording INDEXED BY recording_wanted CROSS JOIN task ON task.row = recording.task
            WHERE archive IS NULL AND recording.task > :after AND wanted_time < :before AND \(TaskRange.condition)
            GROUP BY recording.task ORDER BY recording.task LIMIT :limit
            """
        return try await read { db in
            var arguments = try Self.arguments(organization, window, cursor, limit, in: db)
            arguments += ["before": wantedBefore.stored]
            return try Self.sweep(select, arguments, after: cursor, in: db)
        }
    }

    /// The tasks whose question is open: due by the schedule, or in a window in which someone does not want to wait. In
    /// the order in which they became known.
    /// - Parameters:
    ///   - window: only tasks that were created in it; `nil` for all.
    ///   - dueBy: tasks that are due at this time by the schedule.
    ///   - impatientIn: also tasks that were created in this window, whatever the schedule says, even after the
    ///     horizon, if they are over and not settled.
    ///   - sparingExplained: whether the schedule applies in this window too to tasks that an operator has explained.
    ///   - cursor: how far the sweep is; `nil` at its beginning.
    ///   - limit: how many tasks at most.
    /// - Throws: `unknown` if the organization is not registered.
    package func openQuestions(
        organization: OrganizationName,
        window: Range<Timestamp>?,
        dueBy: Timestamp,
        impatientIn: Range<Timestamp>?,
        sparingExplained: Bool = false,
        after cursor: SweepCursor?,
        limit: Int
    ) async throws -> [SweptTask] {
        let condition = Self.openCondition(isImpatient: impatientIn != nil, sparingExplained: sparingExplained)
        let select = """
            SELECT task.id, task.row
            FROM question CROSS JOIN task ON task.row = question.task
            WHERE \(condition) ORDER BY question.task LIMIT :limit
            """
        return try await read { db in
            let arguments = try Self.arguments(organization, window, cursor, limit, in: db)
            return try Self.sweep(select, arguments + Self.times(dueBy, impatientIn), after: cursor, in: db)
        }
    }

    /// How many tasks ``openQuestions(organization:window:dueBy:impatientIn:sparingExplained:after:limit:)`` would
    /// return without a limit. The parameters are the same.
    /// - Throws: `unknown` if the organization is not registered.
    package func openQuestionCount(
        organization: OrganizationName,
        window: Range<Timestamp>?,
        dueBy: Timestamp,
        impatientIn: Range<Timestamp>?,
        sparingExplained: Bool = false,
        after cursor: SweepCursor?
    ) async throws -> Int {
        let condition = Self.openCondition(isImpatient: impatientIn != nil, sparingExplained: sparingExplained)
        // All sweeps have the limit as an argument; -1 means none.
        let select = """
            SELECT count(*) FROM (SELECT 1 FROM question CROSS JOIN task ON task.row = question.task
            WHERE \(condition) LIMIT :limit)
            """
        return try await read { db in
            let arguments = try Self.arguments(organization, window, cursor, -1, in: db)
            return try Int.fetchOne(
                db.cachedStatement(sql: select),
                arguments: arguments + Self.times(dueBy, impatientIn)
            ) ?? 0
        }
    }

    private static func openCondition(isImpatient: Bool, sparingExplained: Bool) -> String {
        let isWanted = isInImpatientWindow + (sparingExplained ? " AND NOT \(isExplained)" : "")
        let isOpen = isImpatient ? "(\(isDue) OR (\(isWanted)))" : isDue
        return "question.task > :after AND \(isOpen) AND \(TaskRange.condition)"
    }

    private static func times(_ dueBy: Timestamp, _ impatientIn: Range<Timestamp>?) -> StatementArguments {
        let due: StatementArguments = ["due": dueBy.stored]
        guard let impatientIn else { return due }
        return due + [
            "impatient_from": impatientIn.lowerBound.stored, "impatient_to": impatientIn.upperBound.stored,
        ]
    }

    private static let isDue = "next_ask_time <= :due"

    private static let isInImpatientWindow = """
        created_time >= :impatient_from AND created_time < :impatient_to
            AND task.status IN (SELECT row FROM word WHERE text IN (\(terminalStatuses)))
        """

    /// The same rule as `StoredExplanation.covers(unusable:)`.
    private static let isExplained = """
        EXISTS (SELECT 1 FROM explanation WHERE explanation.task = question.task
            AND (NOT \(Question.hasUnusable) OR unusable IS refusal))
        """

    private static let terminalStatuses = TaskStatus.terminal.map { "'\($0)'" }.joined(separator: ", ")

    /// The arguments of all sweeps.
    static func arguments(
        _ organization: OrganizationName,
        _ window: Range<Timestamp>?,
        _ cursor: SweepCursor?,
        _ limit: Int,
        in db: Database
    ) throws -> StatementArguments {
        let organization = try OrganizationRow.row(of: organization, in: db)
        let place: StatementArguments = ["after": (cursor ?? .beginning).task, "limit": limit]
        return TaskRange.arguments(organization: organization, window: window) + place
    }

    static func sweep(
        _ select: String,
        _ arguments: StatementArguments,
        after cursor: SweepCursor?,
        in db: Database
    ) throws -> [SweptTask] {
        let tasks = try Row.fetchAll(db.cachedStatement(sql: select), arguments: arguments).map { row in
            SweptTask(id: try TaskID(stored: row[0]), cursor: SweepCursor(task: try row[1]))
        }
        // Each task must come once. In a damaged file whose rows are out of order, the same tasks could come again and
        // again.
        var last = (cursor ?? .beginning).task
        for task in tasks {
            guard task.cursor.task > last else { throw ManifestError.disordered }
            last = task.cursor.task
        }
        return tasks
    }
}
