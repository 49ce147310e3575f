import GRDB
import Recordings

/// A recording that the manifest has in an archive, although its bytes there may be gone.
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
