import Foundation
import GRDB
import Recordings

/// The database of what is known: organizations, tasks, recordings, daily archives, passes and events, in one SQLite
/// file in WAL mode.
///
/// A process has one object for each file. Readers in this and other processes work while a pass writes. Each write
/// method is one transaction, and is named after what is true once it returns.
///
/// **What survives a power cut.** In WAL mode a commit under `synchronous = NORMAL` is atomic, and survives the death
/// of the process, but not always that of the machine. Under `FULL` the WAL is flushed with the commit, and with it all
/// earlier commits. If callers build on a commit (bytes are `stored`, an archive is sealed, the listing is complete up
/// to a time), it is made under `FULL`. What the next pass finds out again anyway, such as tasks and their questions,
/// is committed without a flush.
package final class Manifest: Sendable {
    /// What a manifest is opened for.
    package enum Mode: Sendable {
        /// Opens the file, creates it if it does not exist, and brings its tables up to date.
        case readWrite
        /// Opens the file as it is, even if nothing can be written to its folder. Write methods throw `readOnly`.
        case readOnly
    }

    /// The path of the file.
    package let path: String
    /// The spool for which it is opened: the `id` of the root's `callark.json`. An open archive belongs to one spool,
    /// and only that spool shows what is in it.
    package let spool: CanonicalUUID
    /// Where acts are recorded before their transaction is committed; `nil` if they are not.
    let recorder: ActRecorder?
    let reader: any DatabaseReader
    private let pool: DatabasePool?

    /// Opens the manifest at `path`.
    /// - Parameters:
    ///   - spool: the root's own: open archives of others are left alone.
    ///   - recorder: gets each act before its transaction is committed.
    ///   - onUpgrade: is called before the tables of an earlier version are brought up to date, which can take minutes.
    /// - Throws: `missing`, `damaged`, `newer`, `older` (read-only only), `permission`, `readOnly`, `full`, `busy`.
    package init(
        path: String,
        mode: Mode,
        spool: CanonicalUUID,
        recorder: ActRecorder? = nil,
        onUpgrade: (@Sendable () -> Void)? = nil
    ) throws(ManifestError) {
        self.path = path
        self.spool = spool
        self.recorder = recorder
        do {
            switch mode {
            case .readWrite:
                try Self.checkKind(path)
                let pool = try DatabasePool(path: path, configuration: Self.configuration(readOnly: false))
                if let onUpgrade, try pool.read(Self.isOfEarlierVersion) { onUpgrade() }
                try Schema.migrator.migrate(pool)
                try Schema.noteCodes(in: pool)
                // If this check finds damage, nothing may be built on the manifest.
                try pool.read(IndexEnds.require)
                try Self.settleLog(of: pool)
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

    /// Whether there is a manifest at `path`. A file without a table does not count, such as one that was copied
    /// without its WAL. Neither does one whose creation was interrupted.
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

    /// Checkpoints the WAL of the manifest at `path` into the file, so that the file is complete without it.
    /// - Throws: `busy` if another process is reading an earlier state; `full`; `damaged` and others if it is not a
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

    /// Checkpoints what a dead process left in the WAL into the file, and flushes it, before anything is built on it.
    /// - Throws: `readOnly` if it was opened for reading; `full`, `damaged` and others.
    package func settleLog() throws(ManifestError) {
        guard let pool else { throw ManifestError(.readOnly, "the manifest \(path) was opened for reading only") }
        do {
            try Self.settleLog(of: pool)
        } catch {
            throw ManifestError(error, path: path)
        }
    }

    /// If flushing a page of the WAL failed when that process died, a later flush of the WAL proves nothing about that
    /// page.
    private static func settleLog(of pool: DatabasePool) throws {
        _ = try pool.writeWithoutTransaction { try $0.checkpoint(.passive) }
    }

    /// Creates a new manifest, for `rebuild`.
    /// - Throws: `conflict` if a file exists at `path`.
    package static func create(path: String, spool: CanonicalUUID) throws(ManifestError) -> Manifest {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ManifestError(.conflict, "\(path) exists already; move it away first")
        }
        return try Manifest(path: path, mode: .readWrite, spool: spool)
    }

    /// Checkpoints the WAL into the file and closes it, so that the file can be moved without its WAL.
    package func close() throws(ManifestError) {
        do {
            // The last connection to close removes the WAL, but only if it may write. So the readers are closed first.
            pool?.releaseMemory()
            try reader.close()
        } catch {
            throw ManifestError(error, path: path)
        }
    }

    /// Every fault that SQLite finds in the file, and every reference to a row that does not exist; empty for a sound
    /// manifest.
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
        /// Survives the death of the process.
        case process
        /// Survives a power cut: flushed before the method returns.
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

    /// Runs `body` as one transaction, which is committed as a whole or not at all.
    func write<Value: Sendable>(
        _ durability: Durability = .process,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        guard let pool else { throw ManifestError(.readOnly, "the manifest \(path) was opened for reading only") }
        do {
            return try await pool.writeWithoutTransaction { db in
                // The level can only change outside of a transaction. No other connection of this object writes.
                if durability == .machine { try db.execute(sql: "PRAGMA synchronous = FULL") }
                defer {
                    // If the level cannot be restored, that costs speed, not safety.
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
        } catch let refusal as ActRefusal {
            throw refusal.reason
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
            // In KiB. The system caches the pages of the file in addition. A writer's transactions invalidate the
            // caches of readers, so the readers of a writing process get little.
            let cache = readOnly ? -8192 : db.configuration.readonly ? -256 : -2048
            try db.execute(sql: "PRAGMA cache_size = \(cache)")
            guard !db.configuration.readonly else { return }
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
            // Debian's SQLite overwrites deleted rows with zeros. FAST does so only if it costs no extra write.
            try db.execute(sql: "PRAGMA secure_delete = FAST")
            try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
        }
        return configuration
    }

    /// Opens the file for reading, even if its folder cannot be written.
    /// - Parameter anyVersion: accepts a manifest of an earlier version too.
    static func openedForReading(_ path: String, anyVersion: Bool = false) throws -> any DatabaseReader {
        try ReadOnlyDatabase.open(path, configuration(readOnly: true)) { queue in
            do {
                try queue.read { try checkVersion(of: $0, path: path) }
            } catch let error as ManifestError where error.code == .older && anyVersion {}
        }
    }

    /// Refuses any other database before anything is written to it: a pool would switch it to WAL mode.
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

    /// Whether there is anything except the list of migrations. That list is created just before the first migration,
    /// so it may be all there is if a process died at that moment.
    private static func hasTables(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'") != 0
    }

    /// Whether anything can have been recorded in it. The tables are created in several transactions. A process that
    /// died between two of them has left only some of the tables, and no organization.
    private static func isBegun(_ db: Database) throws -> Bool {
        guard try hasTables(db) else { return false }
        let isOurs = try Int.fetchOne(db, sql: "PRAGMA application_id") == Schema.applicationID
        guard isOurs, try !Schema.migrator.hasCompletedMigrations(db) else { return true }
        return try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM organization)") ?? false
    }

    private static func isOfEarlierVersion(_ db: Database) throws -> Bool {
        try isBegun(db) && !Schema.migrator.hasCompletedMigrations(db)
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
