import GRDB
import Recordings

/// The row of `question`.
extension Question {
    /// For `question`: whether the last answer listed something that is not available. Then the task is a gap, whatever
    /// else of it is held.
    static let hasUnusable = "(refusal IS NOT NULL AND found > 0)"

    static func find(_ task: Int64, in db: Database) throws -> Question? {
        let select = "SELECT \(columns) FROM question WHERE task = ?"
        return try Row.fetchOne(db.cachedStatement(sql: select), arguments: [task]).map { try Question($0, from: 0) }
    }

    static let columns =
        "next_ask_time, asks, found, unchanged_since, refusal, first_ask_time, last_ask_time, tracking_id"

    /// Asks from the beginning, whatever was answered before.
    static func open(_ task: Int64, next: Timestamp, in db: Database) throws {
        let insert = "INSERT OR REPLACE INTO question (task, next_ask_time, asks, found) VALUES (?, ?, 0, 0)"
        try db.cachedStatement(sql: insert).execute(arguments: [task, next.stored])
    }

    static func bringForward(_ task: Int64, to time: Timestamp, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE question SET next_ask_time = min(next_ask_time, ?) WHERE task = ?")
            .execute(arguments: [time.stored, task])
    }

    static func close(_ task: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM question WHERE task = ?").execute(arguments: [task])
    }

    func save(_ task: Int64, in db: Database) throws {
        try db.cachedStatement(sql: Self.saving).execute(arguments: [
            task, nextAskTime?.stored, history?.asks ?? 0, history?.found ?? 0, history?.unchangedSince.stored, refusal,
            firstAskTime?.stored, lastAskTime?.stored, trackingID,
        ])
    }

    private static let saving: String = {
        // Not REPLACE: to the triggers, that would be a question that is asked from the beginning again.
        let update = columns.split(separator: ", ").map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        return """
            INSERT INTO question (task, \(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (task) DO UPDATE SET \(update)
            """
    }()

    /// - Parameter column: the first of ``columns``.
    init(_ row: Row, from column: Int) throws {
        self.init()
        nextAskTime = try row[column]
        history = try (row[column + 3] as Timestamp?).map {
            AskHistory(asks: try row[column + 1], found: try row[column + 2], unchangedSince: $0)
        }
        refusal = try row[column + 4]
        firstAskTime = try row[column + 5]
        lastAskTime = try row[column + 6]
        trackingID = try row[column + 7]
    }
}
