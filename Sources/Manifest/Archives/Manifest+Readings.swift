import GRDB
import Recordings

extension Manifest {
    /// An archive was read from end to end, and what was found takes the place of all that an earlier reading of it found.
    /// An archive that the manifest does not know is passed over. Durable.
    package func noteRead(
        _ name: ArchiveName,
        _ finding: ReadingFinding,
        by actor: Actor? = nil,
        now: Timestamp
    ) async throws {
        try await write(.machine) { db in
            let select = """
                SELECT archive.row, digest IS NOT NULL FROM archive
                JOIN organization ON organization.row = archive.organization
                WHERE name = ? AND day = ? AND sequence = ?
                """
            let place: StatementArguments = [name.organization.description, name.day.stored, name.sequence]
            guard let archive = try Row.fetchOne(db, sql: select, arguments: place) else { return }
            let row: Int64 = try archive[0]
            let before = try KnownDamage.Extent(of: row, in: db)
            try KnownDamage.forget(of: row, in: db)
            let strangers = try finding.damaged.filter { try !$0.noteKnown(in: row, now: now, in: db) }.count
            guard try archive[1] else {
                return try Self.noteChange(from: before, of: row, name, by: actor, now: now, in: db)
            }
            let ownFaults = finding.ownFaults + strangers
            let insert = """
                INSERT OR REPLACE INTO reading (archive, time, faults, own_faults, own_fault) VALUES (?, ?, ?, ?, ?)
                """
            let fault = finding.ownFault ?? (ownFaults > 0 ? "it had faults when it was read last" : nil)
            try db.execute(sql: insert, arguments: [row, now.stored, finding.faults, ownFaults, fault])
            try Self.noteChange(from: before, of: row, name, by: actor, now: now, in: db)
        }
    }

    /// Says in the log of events that more of an archive is damaged than was known, or nothing of it any more.
    private static func noteChange(
        from before: KnownDamage.Extent,
        of row: Int64,
        _ name: ArchiveName,
        by actor: Actor?,
        now: Timestamp,
        in db: Database
    ) throws {
        let after = try KnownDamage.Extent(of: row, in: db)
        guard after != before, !after.isNone || !before.isNone else { return }
        var detail = ["archive": name.description]
        if after.recordings > 0 { detail["recordings"] = String(after.recordings) }
        detail["fault"] = after.fault
        let kind: Event.Kind = after.isNone ? .recordingReinstated : .damageFound
        try Event(time: now, kind: kind, organization: name.organization, detail: detail, by: actor).insert(in: db)
    }

    /// Archives open in this spool that hold recordings which a reading found damaged.
    package func damagedOpenArchives() async throws -> [ArchiveName] {
        try await read { [spool] db in
            let select = """
                SELECT DISTINCT organization.name, archive.day, sequence FROM damage
                JOIN recording ON recording.task = damage.task AND recording.ordinal = damage.ordinal
                JOIN archive ON archive.row = recording.archive AND archive.digest IS NULL AND archive.spool = ?
                JOIN organization ON organization.row = archive.organization ORDER BY 1, 2, 3
                """
            return try Row.fetchAll(db, sql: select, arguments: [spool.stored]).map(ArchiveName.init)
        }
    }

    /// The sealed archives, the one first whose reading is longest ago; those that were never read come before all.
    package func readings(
        organization: OrganizationName? = nil,
        day: ArchiveDay? = nil
    ) async throws -> [ArchiveReading] {
        let archives = try await sealedArchives(organization: organization, day: day)
        let readings = try await read { db in
            let select = """
                SELECT organization.name, day, sequence, time, faults FROM reading
                JOIN archive ON archive.row = reading.archive
                JOIN organization ON organization.row = archive.organization
                """
            return try Row.fetchAll(db, sql: select).reduce(into: [ArchiveName: (Timestamp, Int)]()) { known, row in
                known[try ArchiveName(row)] = (try row[3], try row[4])
            }
        }
        let all = archives.map { archive in
            let known = readings[archive.name]
            return ArchiveReading(
                archive: archive,
                time: known?.0,
                faults: known?.1 ?? 0
            )
        }
        return all.sorted {
            ($0.time?.stored ?? .min, $0.archive.name) < ($1.time?.stored ?? .min, $1.archive.name)
        }
    }

    /// How long ago an organization's archives were read.
    package func readingStatus(_ organization: OrganizationName) async throws -> ReadingStatus {
        try await read { db in
            let select = """
                SELECT count(*), count(*) - count(reading.archive), min(time), count(nullif(faults, 0))
                FROM archive JOIN organization ON organization.row = archive.organization
                LEFT JOIN reading ON reading.archive = archive.row
                WHERE organization.name = ? AND digest IS NOT NULL
                """
            let row = try Row.fetchOne(db, sql: select, arguments: [organization.description])
            guard let row else { return ReadingStatus() }
            var status = ReadingStatus()
            status.archives = try row[0]
            status.neverRead = try row[1]
            status.oldest = try row[2]
            status.faulty = try row[3]
            return status
        }
    }
}
