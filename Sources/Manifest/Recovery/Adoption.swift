import GRDB
import Recordings

/// Adopts what an archive on the disk says about its tasks and recordings, within one transaction. For a rebuild, and
/// for a manifest that is older than the archives.
struct Adoption: Sendable {
    let archiveRow: Int64
    let organization: Int64
    private let name: ArchiveName
    /// Set for a rebuild, when the archives are all that is known; `nil` if the manifest knows more about its tasks.
    private let schedule: AskSchedule?
    private let now: Timestamp

    /// What happened to a recording.
    enum Outcome {
        /// It is held in this archive from now on.
        case entered
        /// It was already held in this archive.
        case known
        /// Another archive has it; this copy does not count.
        case duplicate
    }

    /// The columns of a recording that say where its bytes are, and what they are.
    private static let place =
        "archive, offset, byte_count, digest, audio_format, duration_ms, suspicion, received_time"

    /// Continues with the archive's row, or creates an empty one that counts as open, because recordings enter open
    /// archives only.
    /// - Parameters:
    ///   - isSealed: whether it is a sealed archive that is being adopted, to which no pass may append.
    ///   - spool: the spool that adopts it; an open archive stays in this spool.
    /// - Throws: `conflict` if the archive is sealed in the manifest.
    init(
        _ name: ArchiveName,
        organizationID: OrganizationID,
        isSealed: Bool,
        spool: CanonicalUUID,
        schedule: AskSchedule?,
        now: Timestamp,
        in db: Database
    ) throws {
        self.name = name
        self.schedule = schedule
        self.now = now
        organization = try OrganizationRow.registered(name.organization, id: organizationID, in: db).row
        let select = "SELECT row, digest IS NOT NULL FROM archive WHERE organization = ? AND day = ? AND sequence = ?"
        let arguments: StatementArguments = [organization, name.day.stored, name.sequence]
        if let known = try Row.fetchOne(db, sql: select, arguments: arguments) {
            if try known[1] { throw ManifestError(.conflict, "archive \(name) was taken over before") }
            archiveRow = try known[0]
            guard isSealed else { return }
            // Even if another spool had it open, it is sealed now. With this spool in the row, adoption resumes after a
            // crash.
            let update = "UPDATE archive SET taking_in = 1, spool = ? WHERE row = ?"
            try db.execute(sql: update, arguments: [spool.stored, archiveRow])
            // Its contents are about to be recorded again, independently of what an open archive of this name held.
            try Displacement.forgetAll(of: archiveRow, in: db)
            try KnownDamage.forget(of: archiveRow, in: db)
            return
        }
        let insert = """
            INSERT INTO archive (organization, day, sequence, tar_bytes, journal_bytes, spool, taking_in)
            VALUES (?, ?, ?, 0, 0, ?, ?)
            """
        try db.execute(sql: insert, arguments: arguments + [spool.stored, isSealed ? 1 : nil])
        archiveRow = db.lastInsertedRowID
    }

    func take(_ task: TaskEntry, in db: Database) throws {
        let row: Int64
        if let known = try KnownTask.find(task.id, organization: organization, in: db) {
            guard schedule != nil else { return }
            row = known.row
            let update = """
                UPDATE task SET channel_type = ?, status = ?, capture_request = ?, listed = max(listed, ?) WHERE row = ?
                """
            try db.cachedStatement(sql: update).execute(arguments: [
                StringTable.row(of: task.channelType, in: db), StringTable.row(of: task.status.description, in: db),
                task.captureRequest.stored, task.wasListed, row,
            ])
            let before = task.json == nil ? try StoredCall.find(row, in: db)?.facts : nil
            try StoredCall(json: task.json, search: task.searchJSON, known: before)?.save(row, in: db)
        } else {
            row = try KnownTask.insert(task, organization: organization, isListed: task.wasListed, in: db)
        }
        if let source = task.sightedBy, !source.isEmpty { try Sighting.put(row, source: source, now: now, in: db) }
        guard task.captureRequest != .notRequested else { return try Question.close(row, in: db) }
        guard try Question.find(row, in: db) == nil else { return }
        // The archive does not say how often the task was asked about. Assume that it was asked about once and had no
        // recording; the next pass asks again.
        let history = AskHistory(asks: 1, found: 0, unchangedSince: now)
        try Question(nextAskTime: task.createdTime, history: history, refusal: nil).save(row, in: db)
    }

    func take(_ entry: RecordingEntry, in db: Database) throws -> Outcome {
        let task = try task(of: entry, in: db)
        try CallAgents.add(participantsOf: entry.captureJSON, to: task.row, in: db)
        let outcome = try take(entry, of: task, in: db)
        if outcome == .entered { try OpenGap.closeIfFilled(by: entry, task.row, now: now, in: db) }
        return outcome
    }

    private func take(_ entry: RecordingEntry, of task: KnownTask, in db: Database) throws -> Outcome {
        let known = try KnownRecording.all(of: task.row, taskID: entry.key.taskID, in: db)
        let recording = known.first { $0.key == entry.key }
        let row = RecordingRowID(task: task.row, ordinal: recording?.ordinal ?? Int64(known.count))
        let held = try recording.map { _ in try counting(row, in: db) }
        let plan = AdoptionPlan(entry, in: name.sequence, counting: held)
        switch plan {
        case .insert:
            try insert(entry, row: row, in: db)
            try settle(task, in: db)
        case .enter:
            try enter(entry, row, in: db)
            try settle(task, in: db)
        case .replace:
            try Displacement.displace(row, .damaged, now: now, in: db)
            try enter(entry, row, in: db)
        case .correct: try enter(entry, row, in: db)
        case .duplicate: try noteCopy(of: entry, row, in: db)
        case .keep: break
        }
        return plan.outcome
    }

    private func counting(_ row: RecordingRowID, in db: Database) throws -> AdoptionPlan.Counting {
        let select = """
            SELECT archive, archive.sequence, recording.digest, offset FROM recording
            LEFT JOIN archive ON archive.row = recording.archive WHERE task = ? AND ordinal = ?
            """
        let arguments: StatementArguments = [row.task, row.ordinal]
        let held = try Row.fetchOne(db.cachedStatement(sql: select), arguments: arguments)
        guard let held, let holder: Int64 = try held[0] else { return .none }
        guard holder == archiveRow else { return .elsewhere(sequence: try held[1]) }
        // A digest that cannot be read is corrected from the archive.
        guard let digest = try? ContentDigest(stored: held[2]) else { return .none }
        return .here(digest, offset: try held[3])
    }

    /// Until the horizon, a segment may still appear. An older task that has recordings is taken as settled.
    private func settle(_ task: KnownTask, in db: Database) throws {
        guard let schedule, now >= task.createdTime + schedule.horizon else { return }
        try Question.close(task.row, in: db)
    }

    private func insert(_ entry: RecordingEntry, row: RecordingRowID, in db: Database) throws {
        let insert = """
            INSERT INTO recording (task, ordinal, id, kind, is_segment, call_type, start_time, provider_name, stop_time,
                file, attempts, \(Self.place))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        let key = entry.key
        let identity: StatementArguments = [
            row.task, row.ordinal, key.recordingID.stored, key.kind.stored, key.isSegment,
            try StringTable.row(of: key.callType, in: db), key.startTime?.verbatim,
            try StringTable.nameValue(of: key.providerFileName, in: db),
            entry.stopTime?.verbatim, Self.storedName(entry.file, key: entry.key), entry.attempts,
        ]
        try db.cachedStatement(sql: insert).execute(arguments: identity + place(of: entry, in: db))
    }

    private func enter(_ entry: RecordingEntry, _ row: RecordingRowID, in db: Database) throws {
        let update = """
            UPDATE recording SET (stop_time, file, attempts, wanted_time, failure, failure_code, \(Self.place))
                = (?, ?, ?, NULL, NULL, NULL, ?, ?, ?, ?, ?, ?, ?, ?)
            WHERE task = ? AND ordinal = ?
            """
        let facts: StatementArguments = [
            entry.stopTime?.verbatim, Self.storedName(entry.file, key: entry.key), entry.attempts,
        ]
        try db.cachedStatement(sql: update)
            .execute(arguments: facts + place(of: entry, in: db) + [row.task, row.ordinal])
        try db.cachedStatement(sql: "DELETE FROM recording_source WHERE task = ? AND ordinal = ?")
            .execute(arguments: [row.task, row.ordinal])
    }

    private func noteCopy(of entry: RecordingEntry, _ row: RecordingRowID, in db: Database) throws {
        let insert = """
            INSERT OR IGNORE INTO displacement (task, ordinal, reason, found_time, \(Self.place))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        let facts: StatementArguments = [
            row.task, row.ordinal, DisplacedCopy.Reason.duplicate.stored, now.stored,
        ]
        try db.cachedStatement(sql: insert).execute(arguments: facts + place(of: entry, in: db))
    }

    private func place(of entry: RecordingEntry, in db: Database) throws -> StatementArguments {
        [
            archiveRow, entry.offset, entry.stored.byteCount, entry.stored.digest.stored, try entry.audio?.row(in: db),
            entry.audio?.durationMilliseconds, entry.suspicion, entry.receivedTime.stored,
        ]
    }

    /// The archive of a recording has a line for its task. If that line is missing, the recording's own line says
    /// enough.
    private func task(of entry: RecordingEntry, in db: Database) throws -> KnownTask {
        let id = entry.key.taskID
        if let known = try KnownTask.find(id, organization: organization, in: db) { return known }
        let instants = TaskRange.instants(of: entry.day)
        let noon = TaskRange.instants(of: entry.day).lowerBound + .hours(28)
        let start = entry.key.startTime.flatMap { instants.contains($0) ? $0 : nil }
        let task = TaskEntry(
            id: id,
            day: entry.day,
            createdTime: start ?? noon,
            channelType: "unknown",
            status: TaskStatus("unknown"),
            captureRequest: .undetermined,
            json: entry.taskJSON,
            searchJSON: entry.searchJSON
        )
        try take(task, in: db)
        guard let known = try KnownTask.find(id, organization: organization, in: db) else {
            throw ManifestError(.unknown, "the manifest has no row for \(entry.payloadPath)")
        }
        return known
    }

    /// The distinguisher that makes the name, or the name itself if none does: the archive was written by another
    /// version of Callark.
    private static func storedName(_ file: FileName, key: RecordingKey) -> DatabaseValue {
        let distinguisher = (0..<100).first { FileName.of(key, distinguisher: $0) == file }
        return distinguisher?.databaseValue ?? file.description.databaseValue
    }

    /// How many recordings the archive has, including copies that do not count.
    func count(in db: Database) throws -> Int {
        let select = """
            SELECT (SELECT count(*) FROM task CROSS JOIN recording ON recording.task = task.row
                    WHERE \(TaskRange.condition) AND task.day = :day AND archive = :archive)
                + (SELECT count(*) FROM displacement WHERE archive = :archive)
            """
        var arguments = TaskRange.arguments(organization: organization, day: name.day)
        arguments += ["archive": archiveRow]
        return try Int.fetchOne(db, sql: select, arguments: arguments) ?? 0
    }

    /// Records that the archive is sealed.
    func finish(_ archive: ArchiveRow, in db: Database) throws {
        let counted = try count(in: db)
        guard counted == archive.recordings else {
            throw ManifestError(
                .conflict,
                "archive \(archive.name) lists \(counted) recordings, but holds \(archive.recordings)"
            )
        }
        let update = """
            UPDATE archive SET recordings = ?, tar_bytes = NULL, journal_bytes = NULL, spool = NULL, taking_in = NULL, salt = NULL,
                byte_count = ?, digest = ?, metadata_offset = ?, sealed_time = ?
            WHERE row = ?
            """
        try db.execute(
            sql: update,
            arguments: [
                counted, archive.byteCount, archive.digest.stored, archive.metadataOffset, archive.sealedTime?.stored,
                archiveRow,
            ]
        )
    }
}

extension TaskEntry {
    /// Whether it counts as listed: either the task list had it, or the second source named it and knows its channel. A
    /// task that was only asked for by its ID has neither.
    fileprivate var wasListed: Bool { json != nil || channelType != "unknown" }
}

extension AdoptionPlan {
    /// What happened to the recording, for counts.
    fileprivate var outcome: Adoption.Outcome {
        switch self {
        case .insert, .enter, .replace: .entered
        case .keep, .correct: .known
        case .duplicate: .duplicate
        }
    }
}
