import Files
import Foundation
import GRDB
import Glibc
import Manifest

/// The service's own database: keys, sessions, cases, requested passes, and the history of the schedule. Unlike the
/// manifest, it cannot be rebuilt from the archives.
///
/// Create one object for each file in a process. Other processes, such as `callark keys`, may change the file at any
/// time.
package final class ServiceDatabase: Sendable {
    /// The path of the file.
    package let path: String
    private let reader: any DatabaseReader
    /// `nil` if it was opened for reading only.
    private let writer: DatabasePool?

    /// `Clrs`: distinguishes the file from any other database.
    private static let applicationID = 0x436c_7273

    /// Opens the database at `path`. Creates it with mode 0600 if it does not exist.
    /// - Throws: `damaged`, `newer`, `permission`, `full`, `busy`, `inputOutput`.
    package init(path: String) throws(ServiceError) {
        self.path = path
        do {
            try Self.makeFile(path)
            let pool = try DatabasePool(path: path, configuration: Self.configuration)
            try Self.check(pool, path)
            try Self.migrator.migrate(pool)
            reader = pool
            writer = pool
        } catch {
            throw ServiceError(error, path: path)
        }
    }

    /// Opens the database at `path` as it is, even if nothing can be written to its folder.
    /// - Throws: as ``init(path:)``, and `inputOutput` if nothing is in it yet.
    package init(reading path: String) throws(ServiceError) {
        self.path = path
        var configuration = Self.configuration
        configuration.readonly = true
        do {
            reader = try ReadOnlyDatabase.open(path, configuration) { queue in
                try queue.read { db in
                    guard try ServiceDatabase.hasTables(db) else {
                        let hint = "`callark keys create` begins it"
                        throw ServiceError(.inputOutput, "\(path) has nothing in it yet: \(hint)")
                    }
                    try ServiceDatabase.requireOwn(db, path)
                }
            }
            writer = nil
        } catch {
            throw ServiceError(error, path: path)
        }
    }

    /// Closes the file. Nothing may use the object afterwards.
    package func close() throws(ServiceError) {
        do {
            try reader.close()
        } catch {
            throw ServiceError(error, path: path)
        }
    }

    /// Creates the file with its mode before anything is written to it. SQLite gives the same mode to the files next to
    /// it.
    private static func makeFile(_ path: String) throws {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(path) }
        defer { Glibc.close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure(path) }
        guard status.st_mode & 0o077 != 0, status.st_uid == geteuid() else { return }
        guard fchmod(file, 0o600) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> ServiceError {
        let code = errno
        let reason = String(cString: strerror(code)).lowercased()
        let isForbidden = [EACCES, EPERM, EROFS].contains(code)
        let advice =
            code == EROFS
            ? "; mount it for writing or choose another archive.root"
            : isForbidden ? "; run as the account that archives" : ""
        return ServiceError(isForbidden ? .permission : .inputOutput, "cannot write \(path): \(reason)\(advice)")
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.label = "callark.service"
        configuration.prepareDatabase { db in
            guard !db.configuration.readonly else { return }
            // A revoked key must stay revoked after a power cut.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        return configuration
    }

    private static func check(_ pool: DatabasePool, _ path: String) throws {
        try pool.write { db in
            guard try hasTables(db) else { return try db.execute(sql: "PRAGMA application_id = \(applicationID)") }
            try requireOwn(db, path)
        }
    }

    private static func hasTables(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") != 0
    }

    private static func requireOwn(_ db: Database, _ path: String) throws {
        guard try Int.fetchOne(db, sql: "PRAGMA application_id") == applicationID else {
            throw ServiceError(.damaged, "\(path) is a database, but not the service's; move it away")
        }
        if try migrator.hasBeenSuperseded(db) {
            throw ServiceError(.newer, "\(path) was made by a later version of Callark; use that version")
        }
    }

    /// A released migration never changes. A later change is a new migration.
    private static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: keys") { db in
            let roles = Role.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            try db.execute(
                sql: """
                    CREATE TABLE key (
                        row INTEGER PRIMARY KEY,
                        name TEXT NOT NULL UNIQUE,
                        selector INTEGER NOT NULL,
                        digest BLOB NOT NULL CHECK (length(digest) = 32),
                        role TEXT NOT NULL CHECK (role IN (\(roles))),
                        is_bound INTEGER NOT NULL CHECK (is_bound IN (0, 1)),
                        created_time INTEGER NOT NULL,
                        created_by TEXT NOT NULL,
                        expires_time INTEGER,
                        revoked_time INTEGER,
                        last_used_time INTEGER
                    ) STRICT;
                    CREATE INDEX key_by_selector ON key (selector);
                    CREATE TABLE key_organization (
                        key INTEGER NOT NULL REFERENCES key (row),
                        organization TEXT NOT NULL,
                        PRIMARY KEY (key, organization)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TRIGGER key_is_kept BEFORE DELETE ON key
                    BEGIN SELECT raise(ABORT, 'a key is revoked and never deleted: the evidence log has its name'); END;
                    CREATE TRIGGER key_stays_revoked BEFORE UPDATE OF revoked_time ON key
                    WHEN old.revoked_time IS NOT NULL AND new.revoked_time IS NOT old.revoked_time
                    BEGIN SELECT raise(ABORT, 'a key stays revoked'); END;
                    """
            )
        }
        migrator.registerMigration("2: schedule") { db in
            try db.execute(
                sql: """
                    CREATE TABLE schedule (
                        organization TEXT PRIMARY KEY,
                        since INTEGER NOT NULL,
                        last_began INTEGER,
                        daily_day TEXT,
                        daily_ended INTEGER,
                        daily_attempts INTEGER NOT NULL DEFAULT 0 CHECK (daily_attempts >= 0),
                        daily_done INTEGER NOT NULL DEFAULT 0 CHECK (daily_done IN (0, 1)),
                        CHECK ((daily_day IS NULL) = (daily_ended IS NULL))
                    ) STRICT;
                    """
            )
        }
        migrator.registerMigration("3: sessions") { try $0.execute(sql: sessionSchema) }
        migrator.registerMigration("4: cases") { try $0.execute(sql: caseSchema) }
        migrator.registerMigration("5: schedule jobs") { try $0.execute(sql: jobSchema) }
        migrator.registerMigration("6: webhooks") { try $0.execute(sql: WebhookInbox.schema) }
        migrator.registerMigration("7: notifications") { try $0.execute(sql: notificationSchema) }
        migrator.registerMigration("8: users") { try $0.execute(sql: userSchema) }
        migrator.registerMigration("9: reports") { try $0.execute(sql: reportSchema) }
        migrator.registerMigration("10: passes") { try $0.execute(sql: passSchema) }
        return migrator
    }()

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do {
            return try await reader.read(body)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw ServiceError(error, path: path)
        }
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        guard let writer else { throw ServiceError(.permission, "\(path) was opened for reading only") }
        do {
            return try await writer.write(body)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw ServiceError(error, path: path)
        }
    }
}
