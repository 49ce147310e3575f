import GRDB
import Recordings

extension Manifest {
    /// After a crash, the spool's copy of an open archive was found to hold less than the manifest vouched for, and was
    /// made again from what is whole. Those of `whole` are where it says, also those that the manifest had not heard of;
    /// all others of the archive are pending again, wanted at once. Durable.
    ///
    /// Nothing is given up by this: what is lost here is still at the provider, and the event log says what it was.
    /// - Parameters:
    ///   - extent: how far the archive's files are vouched for from now on.
    ///   - whole: what the archive still holds; empty where it is gone.
    /// - Returns: the recordings that were lost.
    /// - Throws: `unknown`; `conflict` where the archive is sealed.
    package func noteRecovered(
        _ name: ArchiveName,
        extent: ArchiveExtentRow,
        whole: [RecordingEntry],
        now: Timestamp
    ) async throws -> [RecordingKey] {
        try await write(.machine) { db in
            var archive = try OpenArchive.find(name, in: db)
            let adoption = try Adoption(
                name,
                organizationID: try OrganizationRow.required(name.organization, in: db).id,
                isSealed: false,
                schedule: nil,
                now: now,
                in: db
            )
            // Copies that do not count are found again among what is whole, or are gone.
            try Displacement.forgetAll(of: archive.row, in: db)
            let remaining = Dictionary(whole.map { ($0.key, $0.digest) }) { _, last in last }
            var lost: [RecordingKey] = []
            for held in try HeldRecording.all(of: archive.row, in: name, in: db)
            where remaining[held.key] != held.digest {
                try held.lose(name, now: now, in: db)
                lost.append(held.key)
            }
            for entry in whole { _ = try adoption.take(entry, in: db) }
            try KnownDamage.forget(of: archive.row, in: db)
            archive.extent = extent
            archive.recordings = try adoption.count(in: db)
            try archive.save(in: db)
            let detail = [
                "archive": name.description, "tar_bytes": String(extent.tarBytes), "lost": String(lost.count),
            ]
            let event = Event(time: now, kind: .archiveRecovered, organization: name.organization, detail: detail)
            try event.insert(in: db)
            return lost
        }
    }
}

/// A recording in an open archive whose bytes are in question.
struct HeldRecording: Sendable {
    var row: RecordingRowID
    var key: RecordingKey
    var digest: ContentDigest

    static func all(of archive: Int64, in name: ArchiveName, in db: Database) throws -> [HeldRecording] {
        let select = """
            SELECT task.row AS task_row, task.id AS task_id, ordinal, digest, \(RecordingColumns.key)
            FROM task CROSS JOIN recording ON recording.task = task.row \(RecordingColumns.keyJoins)
            WHERE \(TaskRange.condition) AND task.day = :day AND archive = :archive
            ORDER BY task.created_time, task.id, ordinal
            """
        let organization = try OrganizationRow.row(of: name.organization, in: db)
        var arguments = TaskRange.arguments(organization: organization, day: name.day)
        arguments += ["archive": archive]
        return try Row.fetchAll(db, sql: select, arguments: arguments).map { row in
            HeldRecording(
                row: RecordingRowID(task: try row["task_row"], ordinal: try row["ordinal"]),
                key: try RecordingKey(row, taskID: try TaskID(stored: row["task_id"])),
                digest: try ContentDigest(stored: row["digest"])
            )
        }
    }

    func lose(_ archive: ArchiveName, now: Timestamp, in db: Database) throws {
        let update = """
            UPDATE recording SET wanted_time = ?, archive = NULL, offset = NULL, byte_count = NULL, digest = NULL,
                audio_format = NULL, duration_ms = NULL, suspicion = NULL, received_time = NULL
            WHERE task = ? AND ordinal = ?
            """
        try db.cachedStatement(sql: update).execute(arguments: [now.stored, row.task, row.ordinal])
        let event = Event(
            time: now,
            kind: .recordingLost,
            organization: archive.organization,
            task: key.taskID,
            detail: [
                "archive": archive.description, "recording_id": key.recordingID.description,
                "sha256": digest.description,
            ]
        )
        try event.insert(in: db)
    }
}
