import GRDB
import Recordings

/// What the next sealing of a day has to write about a task.
struct UnsealedTask {
    /// From the task list; `nil` if the task list does not have it, or the archive already has it.
    var json: ProviderJSON?
    /// From Search.
    var search: ProviderJSON?

    static func find(_ task: Int64, in db: Database) throws -> UnsealedTask? {
        let select = "SELECT json, search FROM unsealed_task WHERE task = ?"
        return try Row.fetchOne(db.cachedStatement(sql: select), arguments: [task]).map {
            try UnsealedTask($0, from: 0)
        }
    }

    /// Puts a task at the end of the queue. Its revision is new, so a sealing that is in progress leaves it in the
    /// queue.
    func put(_ task: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO unsealed_task (task, json, search) VALUES (?, ?, ?)")
            .execute(arguments: [task, json?.description, search?.description])
    }
}

extension UnsealedTask {
    /// - Parameter column: that of `json`, which is before that of `search`.
    init(_ row: Row, from column: Int) throws {
        json = try (row[column] as String?).map(ProviderJSON.init(redacted:))
        search = try (row[column + 1] as String?).map(ProviderJSON.init(redacted:))
    }
}
