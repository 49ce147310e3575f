import Foundation
import GRDB
import Recordings

/// The database of what is known: organizations, tasks, recordings, daily archives, passes and events, in one SQLite
/// file in WAL mode.
///
/// One object for each file and process. Readers, of this process and of others, work while a pass writes. Each write
/// method is one transaction and is named after what is true once it returns.
///
/// **What survives a power cut.** In WAL mode a commit under `synchronous = NORMAL` is atomic and survives the death of
/// the process, but not always that of the machine; under `FULL` the log is flushed with the commit, and with it all
/// commits before. Where callers build on a commit (bytes are `stored`, an archive is sealed, the listing has come so
/// far) it is made under `FULL`. What the next pass finds out again by itself, such as tasks and their questions, is
/// committed without a flush.
package final class Manifest: Sendable {
    /// What a manifest is opened for.
    package enum Mode: Sendable {
        /// Opens the file, makes it where it is missing, and brings its tables up to date.
        case readWrite
        /// Opens the file as it is, also where nothing may be written; write methods throw `readOnly`.
        case readOnly
    }

    /// Where the file is.
    package let path: String
    /// Whose spool it is opened for: the `id` of the root's `callark.json`. An open archive belongs to one spool, and nobody
    /// else can tell what of it is there.
    package let spool: CanonicalUUID
    let reader: any DatabaseReader
    private let pool: DatabasePool?

    /// Opens the manifest at `path`.
    /// - Parameter spool: the root's own: open archives of others are left alone.
    /// - Throws: `missing`, `damaged`, `newer`, `older` (read-only only), `permission`, `readOnly`, `full`, `busy`.
    package init(path: String, mode: Mode, spool: CanonicalUUID) throws(ManifestError) {
        self.path = path
        self.spool = spool
        do {
            switch mode {
            case .readWrite:
                try Self.checkKind(path)
                let pool = try DatabasePool(path: path, configuration: Self.configuration(readOnly: false))
                try Schema.migrator.migrate(pool)
                try Schema.noteCodes(in: pool)
                // Nothing is built on a manifest of which that much is known to be wrong.
                try pool.read(IndexEnds.require)
                // What a process left in the log when it died is put into the file, and flushed with it, before anything
                // is built on it: of a page whose flush failed, a later flush of the log proves nothing.
                _ = try pool.writeWithoutTransaction { try $0.checkpoint(.passive) }
                self.pool = pool
                reader = pool
            case .readOnly:
                guard FileManager.default.fileExists(atPath: path) else {
                    throw ManifestError(.missing, "there is no manifest at \(path); `callark archive` creates it")
                }
                pool = nil
                reader = try Self.openedForReading(path)
            }
        } catch {
            throw ManifestError(error, path: path)
        }
    }

    /// Whether there is a manifest at `path`. A file without a table is none, such as one whose log was left behind when
    /// it was copied; nor is one whose making was cut off.
    /// - Throws: `damaged`, `permission`, `busy`.
    package static func exists(at path: String) throws(ManifestError) -> Bool {
        guard FileManager.default.fileExists(atPath: path) else { return false }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration(readOnly: false))
            defer { try? queue.close() }
            return try queue.read(isBegun)
        } catch {
            throw ManifestError(error, path: path)
        }
    }

    /// Writes the log of the manifest at `path` back into the file, so that the file has everything on its own.
    /// - Throws: `busy` where another process reads an earlier state of it; `full`; `damaged` and others where it is no
    ///   sound database.
    package static func settleLog(at path: String) throws(ManifestError) {
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration(readOnly: false))
            defer { try? queue.close() }
            _ = try queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        } catch {
            throw ManifestError(error, path: path)
        }
    }

    /// Makes a new manifest, for `rebuild`.
    /// - Throws: `conflict` where there is a file at `path` already.
    package static func create(path: String, spool: CanonicalUUID) throws(ManifestError) -> Manifest {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ManifestError(.conflict, "\(path) exists already; move it away first")
        }
        return try Manifest(path: path, mode: .readWrite, spool: spool)
    }

    /// Writes the log back into the file and closes it, so that the file can be moved on its own.
    package func close() throws(ManifestError) {
        do {
            // The last connection to close takes the log away, but only if it may write: the readers go first.
            pool?.releaseMemory()
            try reader.close()
        } catch {
            throw ManifestError(error, path: path)
        }
    }

    /// Every fault that SQLite finds in the file, and every reference that leads nowhere; empty for a sound manifest.
    package func faults() async throws -> [String] {
        try await read { db in try Self.faults(in: db) }
    }

    static func faults(in db: Database) throws -> [String] {
        let integrity = try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
        let references = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check")
            .map { "a row of \(try $0[0] as String) refers to a row of \(try $0[2] as String) that is not there" }
        return integrity + references
    }
}

// MARK: - Transactions

extension Manifest {
    enum Durability: Sendable {
        /// Survives the process.
        case process
        /// Survives the machine: flushed before the method returns.
        case machine
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await reader.read(body)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw ManifestError(error, path: path)
        }
    }

    /// Runs `body` as one transaction: all of it is committed, or nothing.
    func write<Value: Sendable>(
        _ durability: Durability = .process,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        guard let pool else { throw ManifestError(.readOnly, "the manifest \(path) was opened for reading only") }
        do {
            return try await pool.writeWithoutTransaction { db in
                // The level may only change outside of a transaction, and this connection is the only one that writes.
                if durability == .machine { try db.execute(sql: "PRAGMA synchronous = FULL") }
                defer {
                    // Failing to go back costs speed, never safety.
                    if durability == .machine { try? db.execute(sql: "PRAGMA synchronous = NORMAL") }
                }
                try db.beginTransaction(.immediate)
                do {
                    let value = try body(db)
                    try db.commit()
                    return value
                } catch {
                    if db.isInsideTransaction { try? db.rollback() }
                    throw error
                }
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw ManifestError(error, path: path)
        }
    }
}

// MARK: - Opening

extension Manifest {
    private static func configuration(readOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(10)
        configuration.label = "callark.manifest"
        configuration.prepareDatabase { db in
            // In KiB; the system keeps the file's pages besides. Those who read beside a writer have their pages thrown
            // away by each of its transactions.
            let cache = readOnly ? -8192 : db.configuration.readonly ? -256 : -2048
            try db.execute(sql: "PRAGMA cache_size = \(cache)")
            guard !db.configuration.readonly else { return }
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
            // Debian's SQLite overwrites deleted rows with zeros; FAST does so only where it costs no extra write.
            try db.execute(sql: "PRAGMA secure_delete = FAST")
            try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
        }
        return configuration
    }

    /// Where the folder cannot be written, SQLite cannot make the shared memory file of WAL mode and refuses the file,
    /// unless it is told that nobody changes it: true as long as there is no log beside it.
    /// - Parameter anyVersion: takes one of an earlier version too.
    static func openedForReading(_ path: String, anyVersion: Bool = false) throws -> any DatabaseReader {
        let configuration = configuration(readOnly: true)
        func check(_ queue: DatabaseQueue) throws {
            do {
                try queue.read { try checkVersion(of: $0, path: path) }
            } catch let error as ManifestError where error.code == .older && anyVersion {}
        }
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

    private static func hasLog(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
        return (attributes?[.size] as? Int ?? 0) > 0
    }

    /// Refuses what is no manifest of ours before anything is written to it; a pool would switch it to WAL mode.
    private static func checkKind(_ path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        let queue = try DatabaseQueue(path: path, configuration: configuration(readOnly: false))
        try queue.read { db in
            guard try hasTables(db) else { return }
            try checkApplication(of: db, path: path)
            if try Schema.migrator.hasBeenSuperseded(db) { throw newer(path) }
        }
        try queue.close()
    }

    /// Whether there is anything but the list of migrations, which is there a moment before the first of them, and is all
    /// there is where a process died in that moment.
    private static func hasTables(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'") != 0
    }

    /// Whether anything can have been noted in it. Its tables are made in several steps, each a transaction; a process that
    /// was killed between two of them has left a part of the tables, and no organization.
    private static func isBegun(_ db: Database) throws -> Bool {
        guard try hasTables(db) else { return false }
        let isOurs = try Int.fetchOne(db, sql: "PRAGMA application_id") == Schema.applicationID
        guard isOurs, try !Schema.migrator.hasCompletedMigrations(db) else { return true }
        return try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM organization)") ?? false
    }

    private static func checkVersion(of db: Database, path: String) throws {
        let missing = ManifestError(.missing, "the manifest \(path) has nothing in it yet; `callark archive` begins it")
        if try !hasTables(db), try Int.fetchOne(db, sql: "PRAGMA application_id") == 0 { throw missing }
        try checkApplication(of: db, path: path)
        if try Schema.migrator.hasBeenSuperseded(db) { throw newer(path) }
        if try Schema.migrator.hasCompletedMigrations(db) { return }
        if try hasTables(db) && !isBegun(db) { throw missing }
        throw ManifestError(.older, "manifest \(path) is of an earlier version; `callark archive` brings it up to date")
    }

    private static func checkApplication(of db: Database, path: String) throws {
        guard try Int.fetchOne(db, sql: "PRAGMA application_id") == Schema.applicationID else {
            throw ManifestError(.damaged, "\(path) is a database, but no manifest of Callark's")
        }
    }

    private static func newer(_ path: String) -> ManifestError {
        ManifestError(.newer, "manifest \(path) was made by a later version of Callark; use that version")
    }
}
