import GRDB
import Recordings

/// A recording whose bytes are durable in an open daily archive.
package struct StoredRecording: Hashable, Sendable {
    /// The row of the recording; if it is a better version of a suspect one, the row of that one.
    package var row: RecordingRowID
    package var entry: RecordingEntry
    /// The number of its entry in the evidence log; `nil` if it is not known.
    package var leaf: Int64?

    /// Sets every property.
    package init(row: RecordingRowID, entry: RecordingEntry, leaf: Int64? = nil) {
        self.row = row
        self.entry = entry
        self.leaf = leaf
    }
}

extension StoredRecording {
    /// The row of the recording itself, created if it is a version that became known only with its bytes.
    func rowOfVersion(now: Timestamp, in db: Database, _ rows: KnownRows) throws -> RecordingRowID {
        guard entry.supersedes != nil else { return row }
        let known = try KnownRecording.all(of: row.task, taskID: entry.key.taskID, in: db)
        if let version = known.first(where: { $0.key == entry.key }) {
            return RecordingRowID(task: row.task, ordinal: version.ordinal)
        }
        let version = RecordingRowID(task: row.task, ordinal: Int64(known.count))
        try KnownRecording.insert(
            entry.key,
            stopTime: entry.stopTime,
            json: entry.captureJSON,
            row: version,
            distinguisher: 0,
            wantedTime: now,
            in: db,
            rows
        )
        let before = known.first { $0.ordinal == row.ordinal }
        let detail = [
            "recording": (before?.key.recordingID.description ?? ""), "sha256": entry.stored.digest.description,
            "version": entry.key.recordingID.description,
        ]
        try event(.recordingChanged, detail, now: now).insert(in: db)
        return version
    }

    /// - Returns: whether the recording was not in the archive before.
    func enter(
        _ archive: OpenArchiveRecord,
        now: Timestamp,
        in db: Database,
        _ rows: KnownRows
    ) throws -> Bool {
        let update = """
            UPDATE recording SET stop_time = ?, attempts = ?, wanted_time = NULL, failure = NULL, failure_code = NULL,
                archive = ?, offset = ?, byte_count = ?, digest = ?, audio_format = ?, duration_ms = ?, suspicion = ?,
                received_time = ?, leaf = ?
            WHERE task = ? AND ordinal = ? AND archive IS NULL
            """
        try db.cachedStatement(sql: update).execute(arguments: [
            entry.stopTime?.verbatim, entry.attempts, archive.row, entry.offset, entry.stored.byteCount,
            entry.stored.digest.stored,
            entry.audio.map { try rows.format($0, in: db) }, entry.audio?.durationMilliseconds, entry.suspicion,
            entry.receivedTime.stored, leaf,
            row.task, row.ordinal,
        ])
        guard db.changesCount == 1 else {
            try requireStored(in: archive, in: db)
            return false
        }
        try db.cachedStatement(sql: "DELETE FROM recording_source WHERE task = ? AND ordinal = ?")
            .execute(arguments: [row.task, row.ordinal])
        if let replaced = entry.replaces {
            let detail = [
                "archive": replaced.description, "recording_id": entry.key.recordingID.description,
                "replaced_by": archive.name.description, "sha256": entry.stored.digest.description,
            ]
            try event(.recordingReplaced, detail, now: now).insert(in: db)
        }
        if let suspicion = entry.suspicion {
            try event(.recordingSuspect, ["reason": suspicion], now: now).insert(in: db)
        }
        return true
    }

    /// Accepts that the same is stored again, and throws if it contradicts what is known.
    private func requireStored(in archive: OpenArchiveRecord, in db: Database) throws {
        let select = "SELECT archive, offset FROM recording WHERE task = ? AND ordinal = ?"
        guard let known = try Row.fetchOne(db.cachedStatement(sql: select), arguments: [row.task, row.ordinal]) else {
            throw ManifestError(.unknown, "the manifest has no row for \(entry.payloadPath)")
        }
        guard try known[0] == archive.row, try known[1] == entry.offset else {
            throw ManifestError(.conflict, "\(entry.payloadPath) is held already, and not where it was just stored")
        }
    }

    private func event(_ kind: Event.Kind, _ detail: [String: String], now: Timestamp) -> Event {
        Event(
            time: now,
            kind: kind,
            organization: entry.organization,
            task: entry.key.taskID,
            file: entry.file,
            detail: detail
        )
    }
}
