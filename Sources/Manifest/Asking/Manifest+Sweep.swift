import GRDB
import Recordings

extension Manifest {
    /// The tasks with recordings that are known and not held, which takes a new URL; the longest known first.
    /// - Parameters:
    ///   - window: only tasks that were created in it; `nil` for all.
    ///   - wantedBefore: leaves out what became wanted then or later, such as what the pass under way found or gave up
    ///     itself.
    ///   - cursor: where the sweep stands; `nil` at its beginning.
    ///   - limit: how many tasks at most.
    /// - Throws: `unknown` where the organization is not registered.
    package func tasksAwaitingBytes(
        organization: OrganizationName,
        window: Range<Timestamp>?,
        wantedBefore: Timestamp,
        after cursor: SweepCursor?,
        limit: Int
    ) async throws -> [SweptTask] {
        // The primary key has the same order, and a walk along it would pass all that is held.
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

    /// The tasks whose question is open: due by the schedule, or in a window that somebody is impatient about; the
    /// longest known first.
    /// - Parameters:
    ///   - window: only tasks that were created in it; `nil` for all.
    ///   - dueBy: the schedule's waiting times are kept.
    ///   - impatientIn: tasks created in here are taken whatever the schedule says, also after the horizon, as long as
    ///     they are over and not settled.
    ///   - sparingExplained: whether the schedule counts in there all the same for what an operator has explained.
    ///   - cursor: where the sweep stands; `nil` at its beginning.
    ///   - limit: how many tasks at most.
    /// - Throws: `unknown` where the organization is not registered.
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

    /// How many tasks ``openQuestions(organization:window:dueBy:impatientIn:sparingExplained:after:limit:)`` would give
    /// without a limit; the parameters are the same.
    /// - Throws: `unknown` where the organization is not registered.
    package func openQuestionCount(
        organization: OrganizationName,
        window: Range<Timestamp>?,
        dueBy: Timestamp,
        impatientIn: Range<Timestamp>?,
        sparingExplained: Bool = false,
        after cursor: SweepCursor?
    ) async throws -> Int {
        let condition = Self.openCondition(isImpatient: impatientIn != nil, sparingExplained: sparingExplained)
        // The limit is an argument of every sweep.
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

    /// As `StoredExplanation.covers(unusable:)` has it.
    private static let isExplained = """
        EXISTS (SELECT 1 FROM explanation WHERE explanation.task = question.task
            AND (NOT \(Question.hasUnusable) OR unusable IS refusal))
        """

    private static let terminalStatuses = TaskStatus.terminal.map { "'\($0)'" }.joined(separator: ", ")

    /// What all sweeps are told.
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
        // Each task once: a file whose rows are out of order would give some of them again and again.
        var last = (cursor ?? .beginning).task
        for task in tasks {
            guard task.cursor.task > last else { throw ManifestError.disordered }
            last = task.cursor.task
        }
        return tasks
    }
}
