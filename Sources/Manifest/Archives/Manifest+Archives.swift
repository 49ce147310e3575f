import GRDB
import Recordings

extension Manifest {
    /// Sealed archives, by organization, day and sequence.
    package func sealedArchives(
        organization: OrganizationName? = nil,
        day: ArchiveDay? = nil
    ) async throws -> [ArchiveRow] {
        try await read { db in
            var conditions = ["digest IS NOT NULL"]
            var arguments: StatementArguments = [:]
            if let organization {
                conditions.append("organization.name = :organization")
                arguments += ["organization": organization.description]
            }
            if let day {
                conditions.append("day = :day")
                arguments += ["day": day.stored]
            }
            let select =
                "\(ArchiveRow.select) WHERE \(conditions.joined(separator: " AND ")) ORDER BY name, day, sequence"
            return try Row.fetchAll(db, sql: select, arguments: arguments).map(ArchiveRow.init(whole:))
        }
    }

    /// A sealed archive; `nil` if the manifest has none of this name.
    package func sealedArchive(_ name: ArchiveName) async throws -> ArchiveRow? {
        try await read { db in try ArchiveRow.find(name, in: db) }
    }

    /// The sealed archives that the evidence log is not known to have, by organization, day and sequence.
    package func unloggedArchives() async throws -> [ArchiveRow] {
        try await read { db in
            let select = """
                \(ArchiveRow.select) WHERE digest IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM logged_archive WHERE logged_archive.archive = archive.row) ORDER BY name, day, sequence
                """
            return try Row.fetchAll(db, sql: select).map(ArchiveRow.init(whole:))
        }
    }

    /// Records that the evidence log has these sealed archives.
    package func noteLogged(_ names: [ArchiveName]) async throws {
        try await write { db in
            let insert = """
                INSERT OR IGNORE INTO logged_archive SELECT row FROM archive
                WHERE day = ? AND sequence = ? AND digest IS NOT NULL
                    AND organization = (SELECT row FROM organization WHERE name = ?)
                """
            for name in names {
                let place: StatementArguments = [name.day.stored, name.sequence, name.organization.description]
                try db.cachedStatement(sql: insert).execute(arguments: place)
            }
        }
    }

    /// Records that the evidence log of an organization may lack archives that it had.
    package func forgetLogged(_ organization: OrganizationName) async throws {
        try await write { db in
            let delete = """
                DELETE FROM logged_archive WHERE archive IN (SELECT archive.row FROM archive
                    JOIN organization ON organization.row = archive.organization WHERE name = ?)
                """
            try db.execute(sql: delete, arguments: [organization.description])
        }
    }

    /// The recordings in an archive, sealed or open, in the order in which their tasks were created. `verify` compares
    /// the archive's bytes with them. Empty if the manifest does not know the archive.
    package func archivedRecordings(in name: ArchiveName) -> RowSequence<ArchivedMember> {
        RowSequence(from: TaskPosition.beginning) { [self] position in
            try await read { db in try ArchivedMember.batch(of: name, after: position, in: db) }
        }
    }
}

extension ArchiveRow {
    static let select = """
        SELECT organization.name AS name, day, sequence, archive.byte_count AS byte_count, digest, recordings, sealed_time,
            metadata_offset,
            (SELECT later.sequence FROM reading JOIN archive AS later ON later.row = superseded_by
                WHERE reading.archive = archive.row), \(VaultCopy.columns)
        FROM archive JOIN organization ON organization.row = archive.organization
        LEFT JOIN vault_copy ON vault_copy.archive = archive.row
        """

    init(_ row: Row) throws {
        let name = try ArchiveName(row)
        self.init(
            name: name,
            byteCount: try row.amount(3),
            digest: try ContentDigest(stored: row[4]),
            recordings: try row[5],
            metadataOffset: try row.isNull(7) ? nil : row.amount(7),
            sealedTime: try row[6]
        )
        supersededBy = try (row[8] as Int?).map {
            try ArchiveName(organization: name.organization, day: name.day, stored: $0)
        }
    }

    /// With what the vault has of it.
    init(whole row: Row) throws {
        try self.init(row)
        vault = try VaultCopy(row, digest: digest)
    }

    static func find(_ name: ArchiveName, in db: Database) throws -> ArchiveRow? {
        let condition = "WHERE organization.name = ? AND day = ? AND sequence = ? AND digest IS NOT NULL"
        let arguments: StatementArguments = [name.organization.description, name.day.stored, name.sequence]
        return try Row.fetchOne(db, sql: "\(select) \(condition)", arguments: arguments).map(ArchiveRow.init(whole:))
    }
}

extension ArchivedMember {
    /// The recordings of some tasks at a time. Tasks of the archive's day without a recording in it are skipped, so a
    /// batch can be empty without being the last.
    fileprivate static func batch(
        of name: ArchiveName,
        after position: TaskPosition,
        in db: Database
    ) throws -> RowSequence<ArchivedMember>.Batch<TaskPosition> {
        let organization = "SELECT row FROM organization WHERE name = ?"
        guard let row = try Int64.fetchOne(db, sql: organization, arguments: [name.organization.description]) else {
            return RowSequence.Batch(rows: [], next: nil)
        }
        var arguments = TaskRange.arguments(organization: row, day: name.day)
        arguments += ["after_time": position.createdTime, "after_id": position.id]
        let tasks = """
            SELECT row, id, created_time FROM task
            WHERE \(TaskRange.condition) AND day = :day AND created_time >= :after_time
                AND (created_time, id) > (:after_time, :after_id)
            ORDER BY created_time, id LIMIT 500
            """
        let batch = try Row.fetchAll(db.cachedStatement(sql: tasks), arguments: arguments)
        let members = try batch.flatMap { task in
            try ArchivedMember.all(of: task[0], taskID: try TaskID(stored: task[1]), in: name, in: db)
        }
        return RowSequence.Batch(
            rows: members,
            next: try batch.last.map { TaskPosition(createdTime: try $0[2], id: try $0[1]) }
        )
    }

    private static func all(
        of task: Int64,
        taskID: TaskID,
        in name: ArchiveName,
        in db: Database
    ) throws -> [ArchivedMember] {
        // Copies that do not count are in the archive nevertheless.
        let select = """
            SELECT file, offset, recording.byte_count, recording.digest, \(RecordingColumns.key), NULL AS replaced,
                NULL AS counting, 0 AS is_explained
            FROM recording \(RecordingColumns.keyJoins) JOIN archive ON archive.row = recording.archive
            WHERE task = :task AND archive.sequence = :sequence
            UNION ALL
            SELECT file, displacement.offset, displacement.byte_count, displacement.digest, \(RecordingColumns.key),
                1, iif(damage.task IS NULL, counting.sequence, NULL), \(Displacement.isExplained)
            FROM displacement JOIN archive ON archive.row = displacement.archive
            JOIN recording ON recording.task = displacement.task AND recording.ordinal = displacement.ordinal
            \(RecordingColumns.keyJoins) LEFT JOIN archive AS counting ON counting.row = recording.archive
            \(KnownDamage.join) LEFT JOIN explanation ON explanation.task = displacement.task
            WHERE displacement.task = :task AND archive.sequence = :sequence
            """
        let arguments: StatementArguments = ["task": task, "sequence": name.sequence]
        return try Row.fetchAll(db.cachedStatement(sql: select), arguments: arguments).map { row in
            let counting = try (row["counting"] as Int?).map {
                try ArchiveName(organization: name.organization, day: name.day, stored: $0)
            }
            return ArchivedMember(
                taskID: taskID,
                file: try FileName(stored: row[0], key: try RecordingKey(row, taskID: taskID)),
                offset: try row.amount(1),
                byteCount: try row.amount(2),
                digest: try ContentDigest(stored: row[3]),
                isCounting: try row.isNull("replaced"),
                replacedBy: counting,
                isExplained: try row["is_explained"]
            )
        }
    }
}
