import GRDB
import Recordings

extension Manifest {
    /// Records that an archive was read from end to end. The finding replaces everything that earlier readings of it
    /// found. An archive that the manifest does not know is ignored. The change is durable.
    package func noteRead(
        _ name: ArchiveName,
        _ finding: ReadingFinding,
        by actor: Actor? = nil,
        now: Timestamp
    ) async throws {
        try await write(.machine) { [self] db in
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
                return try noteChange(from: before, of: row, name, by: actor, now: now, in: db)
            }
            let ownFaults = finding.ownFaults + strangers
            let insert = """
                INSERT OR REPLACE INTO reading (archive, time, faults, own_faults, own_fault, byte_count, is_whole,
                    superseded_by)
                VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT superseded_by FROM reading WHERE archive = ? AND NOT ?))
                """
            let fault = finding.ownFault ?? (ownFaults > 0 ? "it had faults when it was read last" : nil)
            let isWhole = finding.isWhole && ownFaults == 0
            try db.execute(
                sql: insert,
                arguments: [
                    row, now.stored, finding.faults, ownFaults, fault, finding.byteCount, isWhole, row, isWhole,
                ]
            )
            try noteChange(from: before, of: row, name, by: actor, now: now, in: db)
        }
    }

    /// Records that a recording was read on its own, and its bytes are not those that were archived. It is damaged from
    /// now on, until a reading of its archive finds otherwise. A recording that the manifest does not have there is
    /// ignored. The change is durable.
    package func noteRead(_ damaged: DamagedRecording, by actor: Actor? = nil, now: Timestamp) async throws {
        try await write(.machine) { [self] db in
            let name = damaged.archive
            let select = """
                SELECT archive.row FROM archive JOIN organization ON organization.row = archive.organization
                WHERE name = ? AND day = ? AND sequence = ?
                """
            let place: StatementArguments = [name.organization.description, name.day.stored, name.sequence]
            guard let archive = try Int64.fetchOne(db, sql: select, arguments: place) else { return }
            let before = try KnownDamage.Extent(of: archive, in: db)
            guard try damaged.noteKnown(in: archive, now: now, in: db) else { return }
            guard try KnownDamage.Extent(of: archive, in: db) != before else { return }
            // `verify --share` always reads archives that had faults when they were last read.
            let update = "UPDATE reading SET faults = faults + 1, is_whole = 0 WHERE archive = ?"
            try db.execute(sql: update, arguments: [archive])
            let detail = ["archive": name.description, "offset": String(damaged.offset), "fault": damaged.reason]
            let event = Event(
                time: now,
                kind: .damageFound,
                organization: name.organization,
                task: damaged.taskID,
                detail: detail,
                by: actor
            )
            try event.insert(in: db)
            try record([RecordedAct(event: event)])
        }
    }

    /// Records that a later archive of the day makes up for a damaged one without recordings, because it has the lines
    /// of the same tasks. That holds until a reading finds the damaged archive intact. The change is durable.
    /// - Parameter isAccounted: whether that is so for an archive with recordings too, of which the manifest has none:
    ///   each of them is held elsewhere or explained (``account(for:of:explainedSince:altered:)``).
    /// - Throws: `unknown` if either is not a sealed archive in the manifest.
    package func noteSuperseded(
        _ name: ArchiveName,
        by later: ArchiveName,
        isAccounted: Bool = false
    ) async throws {
        try await write(.machine) { db in
            let select = """
                SELECT archive.row FROM archive JOIN organization ON organization.row = archive.organization
                WHERE name = ? AND day = ? AND sequence = ? AND digest IS NOT NULL
                """
            let rows = try [name, later].map { name in
                let place: StatementArguments = [name.organization.description, name.day.stored, name.sequence]
                return try Int64.fetchOne(db, sql: select, arguments: place)
            }
            guard let row = rows[0], let successor = rows[1] else {
                throw ManifestError(.unknown, "the manifest knows no sealed archive \(rows[0] == nil ? name : later)")
            }
            let update = """
                UPDATE reading SET superseded_by = ?
                WHERE archive = ? AND (? OR (SELECT recordings FROM archive WHERE row = reading.archive) = 0)
                """
            try db.execute(sql: update, arguments: [successor, row, isAccounted])
        }
    }

    /// Logs an event if the known damage of an archive has changed: `recordingReinstated` if there is none any more,
    /// otherwise `damageFound`, which is recorded.
    private func noteChange(
        from before: KnownDamage.Extent,
        of row: Int64,
        _ name: ArchiveName,
        by actor: Actor?,
        now: Timestamp,
        in db: Database
    ) throws {
        let after = try KnownDamage.Extent(of: row, in: db)
        guard after != before, !after.isNone || !before.isNone else { return }
        // If other archives make up for the damage, nothing is reinstated: the archive's own bytes are not intact.
        if after.isNone, try KnownDamage.isSuperseded(row, in: db) { return }
        var detail = ["archive": name.description]
        if after.recordings > 0 { detail["recordings"] = String(after.recordings) }
        detail["fault"] = after.fault
        let kind: Event.Kind = after.isNone ? .recordingReinstated : .damageFound
        let event = Event(time: now, kind: kind, organization: name.organization, detail: detail, by: actor)
        try event.insert(in: db)
        if kind == .damageFound { try record([RecordedAct(event: event)]) }
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

    /// The sealed archives: first those that were never read, then the others, the oldest reading first.
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
