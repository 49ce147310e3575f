import GRDB
import Recordings

/// The queue of what the next sealing of a day writes down of its tasks.
struct UnsealedTask {
    /// As the listing has it; `nil` where it does not, or the archive has that already.
    var json: ProviderJSON?
    /// As Search has it.
    var search: ProviderJSON?

    static func find(_ task: Int64, in db: Database) throws -> UnsealedTask? {
        let select = "SELECT json, search FROM unsealed_task WHERE task = ?"
        return try Row.fetchOne(db.cachedStatement(sql: select), arguments: [task]).map {
            try UnsealedTask($0, from: 0)
        }
    }

    /// Puts a task at the end of the queue. Its revision is new, so that a sealing under way does not take it for done.
    func put(_ task: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO unsealed_task (task, json, search) VALUES (?, ?, ?)")
            .execute(arguments: [task, json?.description, search?.description])
    }
}

extension UnsealedTask {
    /// - Parameter column: of `json`, before that of `search`.
    init(_ row: Row, from column: Int) throws {
        json = try (row[column] as String?).map(ProviderJSON.init(redacted:))
        search = try (row[column + 1] as String?).map(ProviderJSON.init(redacted:))
    }
}
