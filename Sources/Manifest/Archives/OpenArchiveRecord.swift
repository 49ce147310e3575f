import GRDB
import Recordings

/// What has at most one open archive in a spool at a time.
struct ArchiveOwner: Hashable {
    var organization: OrganizationName
    var day: ArchiveDay
}

/// The row of an open archive, as write methods need it.
struct OpenArchiveRecord {
    var row: Int64
    var name: ArchiveName
    var extent: ArchiveExtentRow
    var recordings: Int

    /// - Parameter spool: the spool in which it has to be open, because only that spool shows what is in it.
    /// - Throws: `unknown`, or `conflict` if the archive is sealed, or open in another spool.
    static func find(_ name: ArchiveName, spool: CanonicalUUID, in db: Database) throws -> OpenArchiveRecord {
        let select = """
            SELECT archive.row, tar_bytes, journal_bytes, recordings, spool FROM archive
            JOIN organization ON organization.row = archive.organization
            WHERE organization.name = ? AND day = ? AND sequence = ?
            """
        let statement = try db.cachedStatement(sql: select)
        let arguments: StatementArguments = [name.organization.description, name.day.stored, name.sequence]
        guard let row = try Row.fetchOne(statement, arguments: arguments) else {
            throw ManifestError(.unknown, "the manifest knows no archive \(name)")
        }
        guard try !row.isNull(1), try !row.isNull(2) else {
            throw ManifestError(.conflict, "archive \(name) is sealed")
        }
        guard try spool.stored.databaseValue == row[4] else {
            throw ManifestError(.conflict, "archive \(name) is open in the spool of another root than \(spool)")
        }
        let extent = ArchiveExtentRow(tarBytes: try row.amount(1), journalBytes: try row.amount(2))
        return OpenArchiveRecord(row: try row[0], name: name, extent: extent, recordings: try row[3])
    }

    func save(in db: Database) throws {
        let update = "UPDATE archive SET tar_bytes = ?, journal_bytes = ?, recordings = ? WHERE row = ?"
        try db.cachedStatement(sql: update)
            .execute(arguments: [extent.tarBytes, extent.journalBytes, recordings, row])
    }
}

extension Manifest {
    /// The archive of `day` that is open in this spool; `nil` if there is none.
    package func openArchive(of organization: OrganizationName, day: ArchiveDay) async throws -> ArchiveName? {
        try await read { [spool] db in
            try ArchiveName.ofOpen(try OrganizationRow.row(of: organization, in: db), organization, day, spool, in: db)
        }
    }

    /// The archive that takes recordings of `day`: the one that is open in this spool, or a new, empty one with the
    /// next sequence.
    /// - Parameter sequence: a new archive gets a higher sequence than this, even if the manifest knows none that high.
    package func openArchive(
        for organization: OrganizationName,
        day: ArchiveDay,
        after sequence: Int = 0,
        now: Timestamp
    ) async throws -> ArchiveName {
        try await write { [spool] db in
            let row = try OrganizationRow.row(of: organization, in: db)
            if let open = try ArchiveName.ofOpen(row, organization, day, spool, in: db) { return open }
            let last = "SELECT coalesce(max(sequence), 0) FROM archive WHERE organization = ? AND day = ?"
            let known = try Int.fetchOne(db, sql: last, arguments: [row, day.stored]) ?? 0
            guard known < 1 << 30 else { throw ManifestError.unreadable("sequence", known.databaseValue) }
            let sequence = max(known, sequence) + 1
            try db.execute(
                sql: """
                    INSERT INTO archive (organization, day, sequence, tar_bytes, journal_bytes, spool)
                    VALUES (?, ?, ?, 0, 0, ?)
                    """,
                arguments: [row, day.stored, sequence, spool.stored]
            )
            let name = try ArchiveName(organization: organization, day: day, stored: sequence)
            let detail = ["archive": name.description]
            try Event(time: now, kind: .archiveOpened, organization: organization, detail: detail).insert(in: db)
            return name
        }
    }

    /// The archives that are open in this spool, by name, with the extents that the manifest has of them.
    package func openArchives() async throws -> [OpenArchiveRow] {
        try await read { [spool] db in
            let select = """
                SELECT organization.name, day, sequence, tar_bytes, journal_bytes, recordings FROM archive
                JOIN organization ON organization.row = archive.organization
                WHERE digest IS NULL AND spool = ? ORDER BY organization.name, day, sequence
                """
            return try Row.fetchAll(db, sql: select, arguments: [spool.stored]).map { row in
                OpenArchiveRow(
                    name: try ArchiveName(row),
                    extent: ArchiveExtentRow(tarBytes: try row.amount(3), journalBytes: try row.amount(4)),
                    recordings: try row[5]
                )
            }
        }
    }

    /// Gives this spool the archives that the manifest has as open in another one, because their files are here: the
    /// root got a new identity, or the manifest of another root. The change is durable.
    /// - Parameter names: the archives whose files are in this spool.
    /// - Returns: those that belong to this spool from now on. An archive is left out if another one of its day is open
    ///   here.
    package func takeOver(_ names: [ArchiveName], now: Timestamp) async throws -> [ArchiveName] {
        try await write(.machine) { [spool] db in
            try names.filter { name in
                guard let row = try OrganizationRow.find(name.organization, in: db)?.row,
                    try ArchiveName.ofOpen(row, name.organization, name.day, spool, in: db) == nil
                else { return false }
                let update = """
                    UPDATE archive SET spool = ?
                    WHERE organization = ? AND day = ? AND sequence = ? AND digest IS NULL AND taking_in IS NULL
                    """
                try db.execute(sql: update, arguments: [spool.stored, row, name.day.stored, name.sequence])
                guard db.changesCount == 1 else { return false }
                let detail = ["archive": name.description, "spool": spool.description]
                try Event(time: now, kind: .archiveRecovered, organization: name.organization, detail: detail)
                    .insert(in: db)
                return true
            }
        }
    }
}

extension ArchiveName {
    fileprivate static func ofOpen(
        _ row: Int64,
        _ organization: OrganizationName,
        _ day: ArchiveDay,
        _ spool: CanonicalUUID,
        in db: Database
    ) throws -> ArchiveName? {
        let select = "SELECT sequence FROM archive WHERE organization = ? AND day = ? AND spool = ? AND digest IS NULL"
        let arguments: StatementArguments = [row, day.stored, spool.stored]
        let sequence = try Int.fetchOne(db.cachedStatement(sql: select), arguments: arguments)
        return try sequence.map { try ArchiveName(organization: organization, day: day, stored: $0) }
    }

    /// Reads a row that begins with the organization's name, the day and the sequence.
    init(_ row: Row) throws {
        try self.init(
            organization: try OrganizationName(stored: row[0]),
            day: try row[1],
            stored: try row[2]
        )
    }
}
