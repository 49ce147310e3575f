import Foundation
import GRDB

/// SQLite databases that are read, perhaps from a folder in which nothing can be written.
package enum ReadOnlyDatabase {
    /// Opens a database as it is. If its folder cannot be written, SQLite cannot create the shared memory file of WAL mode
    /// there. It then opens the database only as one that never changes, which is safe if there is no WAL next to it.
    /// - Parameters:
    ///   - configuration: must say `readonly`.
    ///   - check: refuses a database that is not what it should be.
    package static func open(
        _ path: String,
        _ configuration: Configuration,
        check: (DatabaseQueue) throws -> Void = ReadOnlyDatabase.readHead
    ) throws -> DatabaseQueue {
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try check(queue)
            return queue
        } catch let error as DatabaseError
            where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode) && !hasLog(path)
        {
            let allowed = CharacterSet(charactersIn: "/").union(.alphanumerics)
            let name = path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path
            let queue = try DatabaseQueue(path: "file:\(name)?immutable=1", configuration: configuration)
            try check(queue)
            return queue
        }
    }

    /// Reads a little: a database that cannot be read is only found out then.
    package static func readHead(of queue: DatabaseQueue) throws {
        _ = try queue.read { try Int.fetchOne($0, sql: "PRAGMA schema_version") }
    }

    /// Whether a WAL with something in it is next to a database.
    package static func hasLog(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
        return (attributes?[.size] as? Int ?? 0) > 0
    }
}
