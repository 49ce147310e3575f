import GRDB
import Recordings

/// A row of `open_gap`: the log of events has something of a task as missing. The row exists so that the end of a gap
/// is logged as well as its beginning. What is a gap now follows from other rows (`Standpoint`).
enum OpenGap {
    /// - Returns: whether it was not open before.
    static func open(_ task: Int64, now: Timestamp, in db: Database) throws -> Bool {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO open_gap (task, since) VALUES (?, ?)")
            .execute(arguments: [task, now.stored])
        return db.changesCount == 1
    }

    /// Those of these tasks that have an open gap.
    static func tasks(among tasks: [Int64], in db: Database) throws -> Set<Int64> {
        var found: Set<Int64> = []
        for start in stride(from: 0, to: tasks.count, by: maxAtOnce) {
            let asked = tasks[start..<min(start + maxAtOnce, tasks.count)].map(\.databaseValue)
            let rest = [DatabaseValue](repeating: .null, count: maxAtOnce - asked.count)
            found.formUnion(
                try Int64.fetchSet(db.cachedStatement(sql: selectSeveral), arguments: StatementArguments(asked + rest))
            )
        }
        return found
    }

    private static let maxAtOnce = TaskSelection.maxAtOnce
    private static let selectSeveral = """
        SELECT task FROM open_gap WHERE task IN (\(Array(repeating: "?", count: maxAtOnce).joined(separator: ", ")))
        """

    /// Logs that the gap is filled, if there was one and the task does not lack anything any more.
    static func closeIfFilled(by entry: RecordingEntry, _ task: Int64, now: Timestamp, in db: Database) throws {
        try closeIfFilled(
            task,
            entry.key.taskID,
            entry.organization,
            ["file": entry.file.description, "sha256": entry.stored.digest.description],
            now: now,
            in: db
        )
    }

    static func closeIfFilled(
        _ task: Int64,
        _ taskID: TaskID,
        _ organization: OrganizationName,
        _ detail: @autoclosure () -> [String: String] = [:],
        now: Timestamp,
        in db: Database
    ) throws {
        guard let since = try since(task, in: db), try isWhole(task, in: db) else { return }
        try close(task, .gapFilled, taskID, organization, detail().adding("open_since", since.description), now, in: db)
    }

    /// Logs that nothing is expected any more, if something was.
    static func withdraw(
        _ task: Int64,
        _ taskID: TaskID,
        _ organization: OrganizationName,
        reason: String,
        now: Timestamp,
        in db: Database
    ) throws {
        guard let since = try since(task, in: db) else { return }
        let detail = ["open_since": since.description, "reason": reason]
        try close(task, .gapWithdrawn, taskID, organization, detail, now, in: db)
    }

    private static func since(_ task: Int64, in db: Database) throws -> Timestamp? {
        let statement = try db.cachedStatement(sql: "SELECT since FROM open_gap WHERE task = ?")
        return try Row.fetchOne(statement, arguments: [task])?[0]
    }

    /// Whether everything of the task that is known is held, which is at least one recording, and nothing is unusable.
    private static func isWhole(_ task: Int64, in db: Database) throws -> Bool {
        let select = """
            SELECT EXISTS (SELECT 1 FROM recording WHERE task = :task)
                AND NOT EXISTS (SELECT 1 FROM recording WHERE task = :task AND archive IS NULL)
                AND NOT EXISTS (SELECT 1 FROM question WHERE task = :task AND \(Question.hasUnusable))
            """
        return try Bool.fetchOne(db.cachedStatement(sql: select), arguments: ["task": task]) ?? false
    }

    private static func close(
        _ task: Int64,
        _ kind: Event.Kind,
        _ taskID: TaskID,
        _ organization: OrganizationName,
        _ detail: [String: String],
        _ now: Timestamp,
        in db: Database
    ) throws {
        try db.cachedStatement(sql: "DELETE FROM open_gap WHERE task = ?").execute(arguments: [task])
        try Event(time: now, kind: kind, organization: organization, task: taskID, detail: detail).insert(in: db)
    }
}

extension [String: String] {
    /// Adds an entry, if there is a value for it.
    func adding(_ key: String, _ value: String?) -> [String: String] {
        guard let value else { return self }
        return merging([key: value]) { $1 }
    }
}
