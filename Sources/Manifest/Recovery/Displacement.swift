import GRDB
import Recordings

/// The rows of `displacement`, as write methods need them.
enum Displacement {
    /// For `displacement` with `recording` and `explanation`: whether no copy of the recording counts, and an operator
    /// has explained why.
    static let isExplained = """
        (recording.archive IS NULL AND recording.failure IS NOT NULL
            AND instr(coalesce(explanation.failed, ''), ',' || displacement.ordinal || ',') > 0)
        """

    /// Makes the archive's copy of a held recording not count any more; the recording is wanted.
    static func displace(
        _ row: RecordingRowID,
        _ reason: DisplacedCopy.Reason,
        now: Timestamp,
        in db: Database
    ) throws {
        let insert = """
            INSERT INTO displacement (archive, task, ordinal, reason, found_time, offset, byte_count, digest,
                audio_format, duration_ms, suspicion, received_time)
            SELECT archive, task, ordinal, ?, ?, offset, byte_count, digest, audio_format, duration_ms, suspicion,
                received_time
            FROM recording WHERE task = ? AND ordinal = ? AND archive IS NOT NULL
            """
        try db.cachedStatement(sql: insert).execute(arguments: [reason.stored, now.stored, row.task, row.ordinal])
        if reason == .damaged {
            let spoil = """
                UPDATE reading SET is_whole = 0
                WHERE archive = (SELECT archive FROM recording WHERE task = ? AND ordinal = ?)
                """
            try db.cachedStatement(sql: spoil).execute(arguments: [row.task, row.ordinal])
        }
        let update = """
            UPDATE recording SET wanted_time = ?, archive = NULL, offset = NULL, byte_count = NULL, digest = NULL,
                audio_format = NULL, duration_ms = NULL, suspicion = NULL, received_time = NULL
            WHERE task = ? AND ordinal = ?
            """
        try db.cachedStatement(sql: update).execute(arguments: [now.stored, row.task, row.ordinal])
    }

    private static func reinstate(_ copy: DisplacedCopy, archive: Int64, in db: Database) throws {
        let arguments: StatementArguments = [archive, copy.row.task, copy.row.ordinal]
        let update = """
            UPDATE recording SET (wanted_time, failure, failure_code, archive, offset, byte_count, digest, audio_format,
                    duration_ms, suspicion, received_time)
                = (SELECT NULL, NULL, NULL, archive, offset, byte_count, digest, audio_format, duration_ms, suspicion,
                    received_time
                FROM displacement WHERE archive = ? AND task = ? AND ordinal = ?)
            WHERE task = ? AND ordinal = ?
            """
        try db.cachedStatement(sql: update).execute(arguments: arguments + [copy.row.task, copy.row.ordinal])
        try db.cachedStatement(sql: "DELETE FROM displacement WHERE archive = ? AND task = ? AND ordinal = ?")
            .execute(arguments: arguments)
        try db.cachedStatement(sql: "DELETE FROM recording_source WHERE task = ? AND ordinal = ?")
            .execute(arguments: [copy.row.task, copy.row.ordinal])
    }

    /// Makes the copy in an open archive count, if the recording is held nowhere else. Otherwise the recording would be
    /// fetched again and be in that archive twice, and such an archive cannot be sealed. If this copy is damaged too,
    /// sealing finds out.
    /// - Returns: the copy that counts now; `nil` if no open archive has one.
    @discardableResult
    static func countOpenCopy(
        of recording: RecordingRowID,
        organization: OrganizationName,
        now: Timestamp,
        in db: Database
    ) throws -> DisplacedCopy? {
        let filter = DisplacementFilter(
            organization: organization,
            recording: recording,
            isUnheld: true,
            isOpen: true
        )
        guard let copy = try copies(filter, in: db).first else { return nil }
        try reinstate(copy, now: now, in: db)
        return copy
    }

    /// Makes this copy of a recording count, and logs that.
    /// - Throws: `conflict` if another copy counts; `unknown` if the manifest does not know this one.
    static func reinstate(_ copy: DisplacedCopy, now: Timestamp, in db: Database) throws {
        let archive = "SELECT row FROM archive WHERE organization = ? AND day = ? AND sequence = ?"
        let organization = try OrganizationRow.row(of: copy.archive.organization, in: db)
        let arguments: StatementArguments = [organization, copy.archive.day.stored, copy.archive.sequence]
        let held = "SELECT archive, offset FROM recording WHERE task = ? AND ordinal = ?"
        let row = try Int64.fetchOne(db, sql: archive, arguments: arguments)
        let recording = try Row.fetchOne(db, sql: held, arguments: [copy.row.task, copy.row.ordinal])
        guard let row, let recording else {
            throw ManifestError(.unknown, "\(copy.file) of task \(copy.key.taskID) is not known in \(copy.archive)")
        }
        let holder: Int64? = try recording[0]
        if try holder == row && recording[1] == copy.offset { return }
        guard holder == nil else {
            throw ManifestError(.conflict, "\(copy.file) of task \(copy.key.taskID) is held elsewhere")
        }
        try reinstate(copy, archive: row, in: db)
        try copy.event(.recordingReinstated, now: now).insert(in: db)
        try OpenGap.closeIfFilled(copy.row.task, copy.key.taskID, copy.archive.organization, now: now, in: db)
    }

    /// For an archive that is not sealed, whose contents are about to be recorded again.
    static func forgetAll(of archive: Int64, in db: Database) throws {
        // A recording that no archive holds stays damaged as long as another archive has a damaged copy of it.
        let select = """
            SELECT task, ordinal FROM displacement JOIN recording USING (task, ordinal)
            WHERE displacement.archive = ? AND displacement.reason = 0 AND recording.archive IS NULL
            """
        let unheld = try Row.fetchAll(db, sql: select, arguments: [archive])
        try db.execute(sql: "DELETE FROM displacement WHERE archive = ?", arguments: [archive])
        for row in unheld {
            let recording: StatementArguments = [try row[0] as Int64, try row[1] as Int64]
            try db.execute(sql: "DELETE FROM damage WHERE task = ? AND ordinal = ?", arguments: recording)
            let insert = """
                INSERT INTO damage (task, ordinal, archive, found_time, reason)
                SELECT task, ordinal, archive, found_time, \(Schema.damageFound) FROM displacement
                WHERE task = ? AND ordinal = ? AND reason = 0 ORDER BY archive DESC LIMIT 1
                """
            try db.execute(sql: insert, arguments: recording)
        }
    }

    /// The copy that a wanted recording replaces: the latest one that was found damaged, otherwise the latest
    /// duplicate; `nil` if no archive has a copy.
    static func last(of row: RecordingRowID, organization: OrganizationName, in db: Database) throws -> ReplacedCopy? {
        let select = """
            SELECT day, sequence, displacement.digest FROM displacement
            JOIN archive ON archive.row = displacement.archive
            WHERE task = ? AND ordinal = ? ORDER BY reason, sequence DESC LIMIT 1
            """
        let statement = try db.cachedStatement(sql: select)
        return try Row.fetchOne(statement, arguments: [row.task, row.ordinal]).map { found in
            let day: ArchiveDay = try found[0]
            return ReplacedCopy(
                archive: try ArchiveName(organization: organization, day: day, stored: try found[1]),
                digest: try ContentDigest(stored: found[2])
            )
        }
    }

    static func copies(_ filter: DisplacementFilter, in db: Database) throws -> [DisplacedCopy] {
        var conditions = ["(:organization IS NULL OR organization.name = :organization)"]
        var arguments: StatementArguments = [
            "organization": (filter.archive?.organization ?? filter.organization)?.description
        ]
        if let day = filter.archive?.day ?? filter.day {
            conditions.append("archive.day = :day")
            arguments += ["day": day.stored]
        }
        if let archive = filter.archive {
            conditions.append("archive.sequence = :sequence")
            arguments += ["sequence": archive.sequence]
        }
        if let reason = filter.reason {
            conditions.append("displacement.reason = :reason")
            arguments += ["reason": reason.stored]
        }
        if let recording = filter.recording {
            conditions.append("displacement.task = :task AND displacement.ordinal = :ordinal")
            arguments += ["task": recording.task, "ordinal": recording.ordinal]
        }
        if filter.isOpen { conditions.append("archive.digest IS NULL AND archive.taking_in IS NULL") }
        if filter.isUnheld { conditions.append("recording.archive IS NULL") }
        let select = """
            SELECT organization.name AS name, archive.day AS day, archive.sequence AS sequence,
                displacement.reason AS reason, \(isExplained) AS is_explained,
                displacement.task AS task_row, displacement.ordinal AS ordinal, task.id AS task_id, file,
                displacement.offset AS offset, displacement.byte_count AS byte_count, displacement.digest AS digest,
                counting.sequence AS counting_sequence, recording.offset AS counting_offset,
                recording.byte_count AS counting_bytes, recording.digest AS counting_digest,
                damage.task IS NOT NULL AS counting_damaged, \(RecordingColumns.key)
            FROM displacement JOIN archive ON archive.row = displacement.archive
            JOIN organization ON organization.row = archive.organization
            JOIN task ON task.row = displacement.task
            JOIN recording ON recording.task = displacement.task AND recording.ordinal = displacement.ordinal
            \(RecordingColumns.keyJoins) LEFT JOIN archive AS counting ON counting.row = recording.archive
            \(KnownDamage.join) LEFT JOIN explanation ON explanation.task = displacement.task
            WHERE \(conditions.joined(separator: " AND "))
            ORDER BY name, archive.day, archive.sequence, displacement.offset
            """
        return try Row.fetchAll(db, sql: select, arguments: arguments).map(DisplacedCopy.init)
    }
}

/// The copy that does not count, and that a wanted recording replaces.
package struct ReplacedCopy: Hashable, Sendable {
    package var archive: ArchiveName
    package var digest: ContentDigest
}
