import GRDB
import Recordings

extension Manifest {
    /// What is damaged in `organization` and not explained; nothing if the manifest does not know it.
    package func damageFigures(
        _ organization: OrganizationName,
        altered: AlteredArchives
    ) async throws -> DamageFigures {
        try await read { db in
            var figures = DamageFigures()
            guard let row = try OrganizationRow.find(organization, in: db)?.row else { return figures }
            figures.days = try KnownDamage.days(organization: row, altered, in: db)
            let arguments: StatementArguments = ["organization": row]
            let archives = """
                SELECT organization.name, day, sequence, archive.row, own_fault, archive.row IN (\(AlteredArchives.rows)),
                    recordings - (SELECT count(*) FROM displacement WHERE displacement.archive = archive.row)
                FROM archive JOIN organization ON organization.row = archive.organization
                LEFT JOIN reading ON reading.archive = archive.row
                WHERE archive.organization = :organization AND \(KnownDamage.isOfArchive) ORDER BY day, sequence
                """
            for found in try Row.fetchAll(db, sql: archives, arguments: arguments + altered.argument) {
                let fault: String? = try found[4]
                let reason = altered[try found[3]]?.reason ?? fault ?? "it had faults when it was read last"
                figures.archives.append(AlteredArchives.Archive(name: try ArchiveName(found), reason: reason))
                if try found[5] { figures.repairable += try found[6] as Int }
            }
            let condition = "task.organization = :organization"
            try DamagedRecordingRow.forEach(.unfinished, where: condition, arguments, AlteredArchives(), in: db) {
                row in
                let isCounted = row.gap.archive.map { altered.reason(of: $0) != nil } ?? false
                if !row.isSealed || !isCounted { figures.repairable += 1 }
            }
            let failed = try FailedRecording.cursor(where: condition, arguments, in: db)
            while let recording = try failed.next().map(FailedRecording.init) {
                if recording.isDamaged, recording.gap.explanation == nil { figures.lost += 1 }
            }
            return figures
        }
    }

    /// Whether anything is known about a day: a call, an archive, that it is closed, or that a backfill listed it.
    package func knows(_ day: ArchiveDay, organization: OrganizationName? = nil) async throws -> Bool {
        try await read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT row, name FROM organization")
                .filter { try organization == nil || $0[1] == organization?.description }
            return try rows.contains { row in
                let select = """
                    SELECT EXISTS (SELECT 1 FROM task WHERE \(TaskRange.condition) AND day = :day)
                        OR EXISTS (SELECT 1 FROM archive WHERE organization = :organization AND day = :day)
                        OR EXISTS (SELECT 1 FROM day_close WHERE organization = :organization AND day = :day)
                        OR EXISTS (SELECT 1 FROM listed_day WHERE organization = :organization AND day = :day)
                    """
                return try Bool.fetchOne(
                    db,
                    sql: select,
                    arguments: TaskRange.arguments(organization: try row[0], day: day)
                )
                    ?? false
            }
        }
    }

    /// The sealed archives of a day, by sequence, and how much of each counts.
    package func archiveStandings(
        _ organization: OrganizationName,
        day: ArchiveDay,
        altered: AlteredArchives
    ) async throws -> [ArchiveStanding] {
        let archives = try await sealedArchives(organization: organization, day: day)
        let filter = DisplacementFilter(organization: organization, day: day)
        let displaced = Dictionary(grouping: try await displacedCopies(filter), by: \.archive)
        let known = try await read { db in
            let select = """
                SELECT sequence, archive.row, own_fault, \(KnownDamage.isOfArchive) AS is_damaged,
                    coalesce(reading.is_whole, 0) AS is_whole, superseded_by IS NOT NULL AS is_superseded,
                    reading.time AS read_time,
                    (SELECT count(*) FROM damage JOIN recording USING (task, ordinal)
                        WHERE recording.archive = archive.row) AS damaged
                FROM archive LEFT JOIN reading ON reading.archive = archive.row
                WHERE organization = :organization AND day = :day
                """
            let row = try OrganizationRow.row(of: organization, in: db)
            let arguments: StatementArguments = ["organization": row, "day": day.stored]
            let found = try Row.fetchAll(db, sql: select, arguments: arguments + altered.argument)
            return try found.reduce(into: [Int: KnownOfArchive]()) { known, row in
                let gone = altered[try row["row"]]
                known[try row["sequence"]] = KnownOfArchive(
                    isGone: gone != nil,
                    isDamaged: try row["is_damaged"],
                    isWhole: gone == nil ? try row["is_whole"] : false,
                    isSuperseded: try row["is_superseded"],
                    reason: try gone?.reason ?? row["own_fault"],
                    damaged: try row["damaged"],
                    readTime: try row["read_time"]
                )
            }
        }
        return archives.map { archive in
            var known = known[archive.name.sequence] ?? KnownOfArchive()
            var copies = displaced[archive.name] ?? []
            // The file was put back and read: what was damaged in it is now there in addition to its replacement.
            if known.isWhole { for index in copies.indices { copies[index].reason = .duplicate } }
            known.isResolved = copies.allSatisfy { $0.isResolved(altered) }
            return ArchiveStanding(archive, copies, known)
        }
    }
}

/// What the tables say about one archive.
private struct KnownOfArchive: Sendable {
    var isGone = false
    var isDamaged = false
    /// Whether its last reading found no fault at all, and nothing was found damaged since.
    var isWhole = false
    /// Whether no recording counts in the archive, and a later one has everything that it had.
    var isSuperseded = false
    var reason: String?
    var damaged = 0
    var readTime: Timestamp?
    /// Whether nothing is missing because of the copies that do not count here.
    var isResolved = true
}

extension DisplacedCopy {
    /// Whether the recording is intact elsewhere, as far as is known, or explained. A duplicate always is.
    func isResolved(_ altered: AlteredArchives) -> Bool {
        guard reason == .damaged, !isExplained else { return true }
        guard let counting else { return false }
        return !counting.isDamaged && altered.reason(of: counting.archive) == nil
    }
}

extension ArchiveStanding {
    fileprivate init(_ archive: ArchiveRow, _ displaced: [DisplacedCopy], _ known: KnownOfArchive) {
        // Of an archive that only the evidence log knew, others have the recordings once it is superseded.
        let held = known.isSuperseded ? 0 : archive.recordings - displaced.count
        let damaged = known.isGone ? held : known.damaged
        let hasDisplaced = known.isSuperseded || displaced.contains { $0.reason == .damaged }
        self.init(
            archive: archive,
            state: known.isDamaged || damaged > 0 || !known.isResolved ? .damaged : hasDisplaced ? .repaired : .sound,
            reason: known.isDamaged || known.isGone ? known.reason : nil,
            counting: held - damaged,
            damaged: damaged,
            displaced: displaced,
            copies: ArchiveCopies(
                isOnDisk: !known.isGone && archive.vault?.evictedTime == nil,
                isInVault: archive.vault?.confirmed != nil
            ),
            readTime: known.readTime
        )
    }
}
