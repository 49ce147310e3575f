import GRDB
import Recordings

/// A recording that was found damaged in an archive.
package struct DamagedRecording: Hashable, Sendable {
    package var archive: ArchiveName
    package var taskID: TaskID
    /// Where its first byte is, or should be, in the archive.
    package var offset: Int64
    /// What is wrong with its bytes, in a few words.
    package var reason: String

    package init(
        archive: ArchiveName,
        taskID: TaskID,
        offset: Int64,
        reason: String = "its bytes were found damaged"
    ) {
        self.archive = archive
        self.taskID = taskID
        self.offset = offset
        self.reason = reason
    }
}

extension DamagedRecording {
    /// A recording whose bytes were just read, and are not what was archived.
    /// - Returns: `nil` if it is not held.
    package init?(read row: RecordingRow) {
        guard let held = row.held else { return nil }
        let reason = "its bytes do not have the checksum that was recorded"
        self.init(archive: held.archive, taskID: row.key.taskID, offset: held.offset, reason: reason)
    }

    /// Records that the recording is damaged. The damaged copy remains the one that counts.
    /// - Returns: whether the manifest knows this copy. If it is known but no longer counts, nothing is recorded.
    func noteKnown(in archive: Int64, now: Timestamp, in db: Database) throws -> Bool {
        let insert = """
            INSERT OR REPLACE INTO damage (task, ordinal, archive, found_time, reason)
            SELECT recording.task, ordinal, recording.archive, ?, ? FROM recording JOIN task ON task.row = recording.task
            WHERE task.id = ? AND recording.archive = ? AND offset = ?
            """
        try db.cachedStatement(sql: insert)
            .execute(arguments: [now.stored, reason, try taskID.known(in: db), archive, offset])
        if db.changesCount > 0 { return true }
        let select = """
            SELECT EXISTS (SELECT 1 FROM displacement JOIN task ON task.row = displacement.task
                WHERE displacement.archive = ? AND task.id = ? AND offset = ?)
            """
        let statement = try db.cachedStatement(sql: select)
        return try Bool.fetchOne(statement, arguments: [archive, try taskID.known(in: db), offset]) ?? false
    }

    /// Records that the copy in its sealed archive does not count any more.
    /// - Returns: the copies in open archives that count instead.
    func note(now: Timestamp, in db: Database) throws -> [DisplacedCopy] {
        let select = """
            SELECT recording.task, ordinal, recording.id, recording.digest FROM recording
            JOIN task ON task.row = recording.task JOIN organization ON organization.row = task.organization
            JOIN archive ON archive.row = recording.archive
            WHERE task.id = ? AND organization.name = ? AND archive.day = ? AND archive.sequence = ? AND offset = ?
                AND archive.digest IS NOT NULL
            """
        let arguments: StatementArguments = [
            try taskID.known(in: db), archive.organization.description, archive.day.stored, archive.sequence, offset,
        ]
        // In an archive that was tampered with, two recordings of a task may claim the same place. Neither is trusted.
        return try Row.fetchAll(db.cachedStatement(sql: select), arguments: arguments).compactMap { row in
            let recording = RecordingRowID(task: try row[0], ordinal: try row[1])
            try Displacement.displace(recording, .damaged, now: now, in: db)
            let event = Event(
                time: now,
                kind: .damageFound,
                organization: archive.organization,
                task: taskID,
                detail: [
                    "archive": archive.description, "offset": String(offset),
                    "recording_id": try RecordingID(stored: row[2]).description,
                    "sha256": try ContentDigest(stored: row[3]).description,
                ]
            )
            try event.insert(in: db)
            let name = archive.organization
            return try Displacement.countOpenCopy(of: recording, organization: name, now: now, in: db)
        }
    }
}
