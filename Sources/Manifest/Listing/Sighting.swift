import GRDB
import Recordings

/// The row of `claim`: another source has seen a recording of a task, although the task list says that none was
/// requested.
enum Sighting {
    static func put(_ task: Int64, source: String, now: Timestamp, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO claim (task, source, time) VALUES (?, ?, ?)")
            .execute(arguments: [task, source, now.stored])
    }

    static func exists(_ task: Int64, in db: Database) throws -> Bool {
        try Int.fetchOne(db.cachedStatement(sql: "SELECT 1 FROM claim WHERE task = ?"), arguments: [task]) != nil
    }
}
