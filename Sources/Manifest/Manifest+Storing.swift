import GRDB
import Recordings

/// A recording whose bytes are durable in an open daily archive.
package struct StoredRecording: Hashable, Sendable {
    /// The recording's; if it supersedes a suspect one, that one's: what it is a version of.
    package var row: RecordingRowID
    package var entry: RecordingEntry

    package init(row: RecordingRowID, entry: RecordingEntry) {
        self.row = row
        self.entry = entry
    }
}

/// A recording that is given up for now.
package struct RecordingFailure: Hashable, Sendable {
    package var row: RecordingRowID
    package var code: GapReason
    /// Why, for people; never with a signed URL's query.
    package var reason: String
    /// How many downloads were begun for it, all in all.
    package var attempts: Int
    /// From when on it is tried again.
    package var retryNotBefore: Timestamp

    package init(
        row: RecordingRowID,
        code: GapReason = .downloadFailed,
        reason: String,
        attempts: Int,
        retryNotBefore: Timestamp
    ) {
        self.row = row
        self.code = code
        self.reason = reason
        self.attempts = attempts
        self.retryNotBefore = retryNotBefore
    }
}

extension Manifest {
    /// The recordings of `group` are `stored`: their bytes are durable, at these offsets, in the open archives of their
    /// days, which are vouched for as far as `extents` says. Durable; all of the group, or nothing.
    ///
    /// Saying the same twice is no error.
    /// - Throws: `conflict` where a recording is held elsewhere already, or its day's archive is not among `extents` or
    ///   not open; `unknown` where a row is not known.
    package func noteStored(
        _ group: [StoredRecording],
        extents: [ArchiveName: ArchiveExtentRow],
        now: Timestamp
    ) async throws {
        try await write(.machine) { db in
            var archives: [ArchiveOwner: OpenArchive] = [:]
            for (name, extent) in extents {
                var archive = try OpenArchive.find(name, in: db)
                archive.extent = extent
                archives[ArchiveOwner(organization: name.organization, day: name.day)] = archive
            }
            let rows = KnownRows()
            let withGap = try OpenGap.tasks(among: group.map(\.row.task), in: db)
            for var stored in group {
                stored.row = try stored.rowOfVersion(now: now, in: db, rows)
                let owner = ArchiveOwner(organization: stored.entry.organization, day: stored.entry.day)
                guard let archive = archives[owner] else {
                    throw ManifestError(.conflict, "no open archive was given for \(owner.organization) \(owner.day)")
                }
                guard try stored.enter(archive, now: now, in: db, rows) else { continue }
                archives[owner]?.recordings += 1
                guard withGap.contains(stored.row.task) else { continue }
                try OpenGap.closeIfFilled(by: stored.entry, stored.row.task, now: now, in: db)
            }
            for archive in archives.values { try archive.save(in: db) }
        }
    }

    /// A recording is given up for now, with a reason.
    /// - Parameter schedule: says when it is tried again where an operator has explained it.
    package func noteFailed(
        _ failure: RecordingFailure,
        schedule: AskSchedule = AskSchedule(),
        now: Timestamp
    ) async throws {
        try await write { db in try failure.apply(schedule: schedule, now: now, in: db) }
    }
}

extension StoredRecording {
    /// The row of the recording itself, made if it is a version that was not known until its bytes were.
    fileprivate func rowOfVersion(now: Timestamp, in db: Database, _ rows: KnownRows) throws -> RecordingRowID {
        guard entry.supersedes != nil else { return row }
        let known = try KnownRecording.all(of: row.task, taskID: entry.key.taskID, in: db)
        if let version = known.first(where: { $0.key == entry.key }) { return version.row }
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
        let before = known.first { $0.row == row }
        let detail = [
            "recording": (before?.key.recordingID.description ?? ""), "sha256": entry.digest.description,
            "version": entry.key.recordingID.description,
        ]
        try event(.recordingChanged, detail, now: now).insert(in: db)
        return version
    }

    /// - Returns: whether the recording was not in the archive before.
    fileprivate func enter(
        _ archive: OpenArchive,
        now: Timestamp,
        in db: Database,
        _ rows: KnownRows
    ) throws -> Bool {
        let update = """
            UPDATE recording SET stop_time = ?, attempts = ?, wanted_time = NULL, failure = NULL, failure_code = NULL,
                archive = ?, offset = ?, byte_count = ?, digest = ?, audio_format = ?, duration_ms = ?, suspicion = ?,
                received_time = ?
            WHERE task = ? AND ordinal = ? AND archive IS NULL
            """
        try db.cachedStatement(sql: update).execute(arguments: [
            entry.stopTime?.stored, entry.attempts, archive.row, entry.offset, entry.byteCount, entry.digest.stored,
            entry.audio.map { try rows.format($0, in: db) }, entry.audio?.durationMilliseconds, entry.suspicion,
            entry.receivedTime.stored,
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
                "replaced_by": archive.name.description, "sha256": entry.digest.description,
            ]
            try event(.recordingRepaired, detail, now: now).insert(in: db)
        }
        if let suspicion = entry.suspicion {
            try event(.recordingSuspect, ["reason": suspicion], now: now).insert(in: db)
        }
        return true
    }

    /// Saying the same twice is no error, and saying another thing is.
    private func requireStored(in archive: OpenArchive, in db: Database) throws {
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

extension RecordingFailure {
    /// - Parameter trackingID: of the answer that says so, where one does.
    func apply(schedule: AskSchedule, trackingID: String? = nil, now: Timestamp, in db: Database) throws {
        let select = """
            SELECT task.id, organization.name, failure FROM recording JOIN task ON task.row = recording.task
            JOIN organization ON organization.row = task.organization
            WHERE recording.task = ? AND ordinal = ? AND archive IS NULL
            """
        guard let known = try Row.fetchOne(db.cachedStatement(sql: select), arguments: [row.task, row.ordinal]) else {
            throw ManifestError(.conflict, "a recording cannot fail that is held already, or is not known")
        }
        let update = """
            UPDATE recording SET failure = ?, failure_code = ?, attempts = ?, wanted_time = ?
            WHERE task = ? AND ordinal = ?
            """
        try db.cachedStatement(sql: update)
            .execute(arguments: [reason, code.stored, attempts, retryNotBefore.stored, row.task, row.ordinal])
        try ExplainedRest.begin(row, failed: now, schedule: schedule, in: db)
        _ = try OpenGap.open(row.task, now: now, in: db)
        // Failing again for the same reason is no news.
        let before: String? = try known[2]
        guard before != reason else { return }
        let event = Event(
            time: now,
            kind: .recordingFailed,
            organization: try OrganizationName(stored: known[1]),
            task: try TaskID(stored: known[0]),
            detail: ["attempts": String(attempts), "code": code.rawValue, "reason": reason].adding(
                "tracking_id",
                trackingID
            )
        )
        try event.insert(in: db)
    }
}
