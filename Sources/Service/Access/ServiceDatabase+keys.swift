import Foundation
import GRDB
import Recordings

extension ServiceDatabase {
    /// How often the use of a key is recorded at most, so that not every request writes to the database.
    private static let noteInterval = Duration.seconds(60)

    /// All keys, including revoked ones, in order of creation.
    package func keys() async throws -> [AccessKey] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM key ORDER BY row").map { try Self.key($0, db) }
        }
    }

    /// The key with this name; `nil` if none exists.
    package func key(_ name: KeyName) async throws -> AccessKey? {
        try await read { try Self.key(named: name.description, $0) }
    }

    static func key(named name: String, _ db: Database) throws -> AccessKey? {
        let row = try Row.fetchOne(db, sql: "SELECT * FROM key WHERE name = ?", arguments: [name])
        return try row.map { try key($0, db) }
    }

    /// The key with this text, valid or not; `nil` if none exists.
    package func key(_ secret: KeySecret) async throws -> AccessKey? {
        let digest = secret.digest
        return try await read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT * FROM key WHERE selector = ?", arguments: [digest.selector])
            var found: Row?
            for row in rows {
                let kept: Data = row["digest"]
                if KeyDigest(bytes: Array(kept)).isEqual(to: digest) { found = row }
            }
            return try found.map { try Self.key($0, db) }
        }
    }

    /// Stores a new key durably.
    /// - Throws: `nameTaken` if a key with this name exists, revoked or not.
    func add(_ key: AccessKey, _ secret: KeySecret) async throws {
        let digest = secret.digest
        try await write { db in
            let taken = "SELECT EXISTS (SELECT 1 FROM key WHERE name = ?)"
            guard try Bool.fetchOne(db, sql: taken, arguments: [key.name.description]) == false else {
                throw ServiceError.nameTaken(key.name)
            }
            try db.execute(
                sql: """
                    INSERT INTO key (name, selector, digest, role, is_bound, created_time, created_by, expires_time)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    key.name.description, digest.selector, Data(digest.bytes), key.role.rawValue,
                    key.organizations != nil, key.createdTime.millisecondsSince1970, key.createdBy,
                    key.expiresTime?.millisecondsSince1970,
                ]
            )
            let row = db.lastInsertedRowID
            for organization in key.organizations ?? [] {
                let insert = "INSERT INTO key_organization (key, organization) VALUES (?, ?)"
                try db.execute(sql: insert, arguments: [row, organization.description])
            }
        }
    }

    /// Revokes a key durably. The next request with it is refused.
    func revoke(_ name: KeyName, at time: Timestamp) async throws {
        try await write { db in
            let update = "UPDATE key SET revoked_time = ? WHERE name = ? AND revoked_time IS NULL"
            try db.execute(sql: update, arguments: [time.millisecondsSince1970, name.description])
        }
    }

    /// Records that a key was used, unless this was already recorded within the last minute.
    package func noteUse(of key: AccessKey, at time: Timestamp) async throws {
        if let last = key.lastUsedTime, time >= last, time - last < Self.noteInterval { return }
        try await write { db in
            let update = "UPDATE key SET last_used_time = ? WHERE name = ?"
            try db.execute(sql: update, arguments: [time.millisecondsSince1970, key.name.description])
        }
    }

    private static func key(_ row: Row, _ db: Database) throws -> AccessKey {
        guard let name = KeyName(row["name"]), let role = Role(rawValue: row["role"]) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a key has an invalid name or role")
        }
        var organizations: Set<OrganizationName>?
        if row["is_bound"] as Bool {
            let select = "SELECT organization FROM key_organization WHERE key = ?"
            let names = try String.fetchAll(db, sql: select, arguments: [row["row"] as Int64])
            organizations = Set(names.compactMap { OrganizationName($0) })
        }
        func time(_ column: String) -> Timestamp? {
            (row[column] as Int64?).map(Timestamp.init(millisecondsSince1970:))
        }
        return AccessKey(
            name: name,
            role: role,
            organizations: organizations,
            createdTime: Timestamp(millisecondsSince1970: row["created_time"]),
            createdBy: row["created_by"],
            expiresTime: time("expires_time"),
            revokedTime: time("revoked_time"),
            lastUsedTime: time("last_used_time")
        )
    }
}

extension ServiceError {
    /// The error for a name that is or was in use.
    static func nameTaken(_ name: KeyName) -> ServiceError {
        ServiceError(
            .nameTaken,
            "a key \(name) exists or existed, and names identify who did what; choose another"
        )
    }
}
