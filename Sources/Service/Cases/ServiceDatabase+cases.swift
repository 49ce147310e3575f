import Foundation
import GRDB
import Recordings

extension ServiceDatabase {
    /// The tables of migration 4.
    static let caseSchema = """
        CREATE TABLE matter (
            row INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            note TEXT NOT NULL,
            created_time INTEGER NOT NULL,
            created_by TEXT NOT NULL
        ) STRICT;
        CREATE TABLE matter_call (
            row INTEGER PRIMARY KEY,
            matter INTEGER NOT NULL REFERENCES matter (row),
            organization TEXT NOT NULL,
            task TEXT NOT NULL,
            added_time INTEGER NOT NULL,
            added_by TEXT NOT NULL,
            UNIQUE (matter, organization, task)
        ) STRICT;
        CREATE TABLE matter_export (
            row INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            matter INTEGER NOT NULL REFERENCES matter (row),
            reason TEXT NOT NULL,
            has_vcons INTEGER NOT NULL CHECK (has_vcons IN (0, 1)),
            requested_by TEXT NOT NULL,
            requested_via TEXT NOT NULL,
            requested_time INTEGER NOT NULL,
            state TEXT NOT NULL,
            ended_time INTEGER,
            result TEXT,
            error TEXT
        ) STRICT;
        CREATE INDEX matter_export_by_matter ON matter_export (matter);
        """

    /// Some cases, newest first. Their calls and exports are counted and not read, because there may be millions.
    /// - Parameters:
    ///   - organizations: only cases all of whose calls are of these; `nil` for all cases.
    ///   - offset: how many to skip.
    func cases(of organizations: Set<OrganizationName>?, limit: Int, offset: Int) async throws -> [CaseSummary] {
        let names = (organizations ?? []).map(\.description)
        let isVisible = """
            NOT EXISTS (SELECT 1 FROM matter_call WHERE matter_call.matter = matter.row
                AND organization NOT IN (\(names.map { _ in "?" }.joined(separator: ", "))))
            """
        let select = """
            SELECT matter.*,
                (SELECT count(*) FROM matter_call WHERE matter_call.matter = matter.row) AS calls,
                (SELECT count(*) FROM matter_export WHERE matter_export.matter = matter.row) AS exports
            FROM matter \(organizations == nil ? "" : "WHERE \(isVisible)") ORDER BY row DESC LIMIT ? OFFSET ?
            """
        return try await read { db in
            try Row.fetchAll(db, sql: select, arguments: StatementArguments(names) + [limit, offset]).map { row in
                CaseSummary(record: try Self.head(row), calls: row["calls"], exports: row["exports"])
            }
        }
    }

    /// The case with this name; `nil` if there is none.
    func matter(_ name: CaseName) async throws -> CaseRecord? {
        try await read { db in
            let row = try Row.fetchOne(db, sql: "SELECT * FROM matter WHERE name = ?", arguments: [name.description])
            return try row.map { try Self.matter($0, db) }
        }
    }

    /// Stores a new case.
    /// - Parameter most: how many cases there may be.
    /// - Throws: a ``Problem`` with status 409 if the name is taken, or there are too many.
    func add(_ record: CaseRecord, most: Int) async throws {
        try await write { db in
            let name = record.name.description
            let taken = try Bool.fetchOne(
                db,
                sql: "SELECT EXISTS (SELECT 1 FROM matter WHERE name = ?)",
                arguments: [name]
            )
            guard taken == false else {
                throw ServiceError(.nameTaken, "there is, or was, a case with this name; choose another")
            }
            guard try Int.fetchOne(db, sql: "SELECT count(*) FROM matter") ?? 0 < most else {
                throw ServiceError(.badValue, "there are \(most) cases already, and no more are kept")
            }
            try db.execute(
                sql: "INSERT INTO matter (name, note, created_time, created_by) VALUES (?, ?, ?, ?)",
                arguments: [name, record.note, record.createdTime.millisecondsSince1970, record.createdBy]
            )
        }
    }

    /// Adds a call to a case, once.
    /// - Parameter most: how many calls a case may have.
    /// - Returns: whether it was not there yet.
    func add(_ call: CaseRecord.Call, to name: CaseName, most: Int) async throws -> Bool {
        try await write { db in
            let matter = try Self.row(of: name, db)
            let count = try Int.fetchOne(
                db,
                sql: "SELECT count(*) FROM matter_call WHERE matter = ?",
                arguments: [matter]
            )
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO matter_call (matter, organization, task, added_time, added_by)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    matter, call.organization.description, call.task.description,
                    call.addedTime.millisecondsSince1970, call.addedBy,
                ]
            )
            let isNew = db.changesCount > 0
            guard !isNew || count ?? 0 < most else {
                throw ServiceError(.badValue, "a case has at most \(most) calls; begin another one")
            }
            return isNew
        }
    }

    /// Takes a call out of a case.
    /// - Returns: whether it was in it.
    func remove(_ task: TaskID, of organization: OrganizationName, from name: CaseName) async throws -> Bool {
        try await write { db in
            try db.execute(
                sql: "DELETE FROM matter_call WHERE matter = ? AND organization = ? AND task = ?",
                arguments: [try Self.row(of: name, db), organization.description, task.description]
            )
            return db.changesCount > 0
        }
    }

    /// Stores an export, or what has become of it.
    func save(_ export: CaseExportRecord) async throws {
        let result = try export.result.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        try await write { db in
            try db.execute(
                sql: """
                    INSERT INTO matter_export (
                        id, matter, reason, has_vcons, requested_by, requested_via, requested_time, state, ended_time,
                        result, error
                    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET
                        state = excluded.state, ended_time = excluded.ended_time, result = excluded.result,
                        error = excluded.error
                    """,
                arguments: [
                    export.id, try Self.row(of: export.matter, db), export.reason, export.includesVCons,
                    export.requestedBy, export.requestedVia, export.requestedTime.millisecondsSince1970,
                    export.state.rawValue,
                    export.endedTime?.millisecondsSince1970, result, export.error,
                ]
            )
        }
    }

    /// Marks exports as failed that a process left unfinished.
    func endUnfinishedExports(at now: Timestamp) async throws {
        try await write { db in
            try db.execute(
                sql: """
                    UPDATE matter_export SET state = 'failed', error = 'interrupted', ended_time = ?
                    WHERE state IN ('waiting', 'running')
                    """,
                arguments: [now.millisecondsSince1970]
            )
        }
    }

    private static func row(of name: CaseName, _ db: Database) throws -> Int64 {
        let select = "SELECT row FROM matter WHERE name = ?"
        guard let row = try Int64.fetchOne(db, sql: select, arguments: [name.description]) else {
            throw DatabaseError(resultCode: .SQLITE_CONSTRAINT, message: "there is no such case")
        }
        return row
    }

    /// A case without its calls and exports.
    private static func head(_ row: Row) throws -> CaseRecord {
        guard let name = CaseName(row["name"]) else { throw damage("a case has a name that is none") }
        return CaseRecord(
            name: name,
            note: row["note"],
            createdTime: Timestamp(millisecondsSince1970: row["created_time"]),
            createdBy: row["created_by"]
        )
    }

    private static func matter(_ row: Row, _ db: Database) throws -> CaseRecord {
        var record = try head(row)
        let name = record.name
        let matter: Int64 = row["row"]
        let calls = "SELECT * FROM matter_call WHERE matter = ? ORDER BY row"
        record.calls = try Row.fetchAll(db, sql: calls, arguments: [matter]).map { row in
            guard let organization = OrganizationName(row["organization"] as String),
                let task = TaskID(row["task"] as String)
            else { throw damage("a case has a call that is none") }
            return CaseRecord.Call(
                organization: organization,
                task: task,
                addedTime: Timestamp(millisecondsSince1970: row["added_time"]),
                addedBy: row["added_by"]
            )
        }
        let exports = "SELECT * FROM matter_export WHERE matter = ? ORDER BY row DESC"
        record.exports = try Row.fetchAll(db, sql: exports, arguments: [matter]).map { row in
            guard let state = WorkState(rawValue: row["state"]) else { throw damage("an export has no state") }
            var export = CaseExportRecord(
                id: row["id"],
                matter: name,
                reason: row["reason"],
                includesVCons: row["has_vcons"],
                requestedBy: row["requested_by"],
                requestedVia: row["requested_via"],
                requestedTime: Timestamp(millisecondsSince1970: row["requested_time"]),
                state: state
            )
            export.endedTime = (row["ended_time"] as Int64?).map(Timestamp.init(millisecondsSince1970:))
            export.error = row["error"]
            export.result = try (row["result"] as String?).map {
                try JSONDecoder().decode(CaseExportRecord.Result.self, from: Data($0.utf8))
            }
            return export
        }
        return record
    }

    private static func damage(_ message: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: message)
    }
}
