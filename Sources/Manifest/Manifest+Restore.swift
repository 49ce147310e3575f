import GRDB
import Recordings

extension Manifest {
    /// Takes over one sealed archive, for `rebuild`: its tasks, and its recordings as archived.
    ///
    /// Archives are taken over in the order of their names, into a manifest that ``create(path:)`` made: what a later
    /// archive says of a task overrides an earlier one. Of what is not in archives (attempts that led nowhere,
    /// refusals, passes, events) a rebuilt manifest knows nothing; the next pass asks again about tasks without
    /// recordings, and about those that the horizon has not passed.
    /// - Parameters:
    ///   - recordings: in the order of the archive.
    ///   - schedule: tells which tasks may still bring something.
    /// - Throws: `conflict` where the archive or one of its recordings was taken over before; what the sequences throw.
    package func restore(
        _ archive: ArchiveRow,
        organizationID: OrganizationID,
        tasks: some AsyncSequence<TaskEntry, any Error>,
        recordings: some AsyncSequence<RecordingEntry, any Error>,
        schedule: AskSchedule,
        now: Timestamp
    ) async throws {
        let restoring = try await write { db in
            try Restoring(archive.name, organizationID: organizationID, schedule: schedule, now: now, in: db)
        }
        try await forEachBatch(of: tasks) { batch in
            try await self.write { db in for task in batch { try restoring.take(task, in: db) } }
        }
        try await forEachBatch(of: recordings) { batch in
            try await self.write { db in for entry in batch { try restoring.take(entry, in: db) } }
        }
        try await write(.machine) { db in try restoring.finish(archive, in: db) }
    }

    /// Takes over what is whole in one open archive of the spool, for `rebuild`: its recordings are stored. Durable.
    ///
    /// Sealed archives come first, so that their tasks are known.
    /// - Parameters:
    ///   - extent: how far the archive's files are vouched for.
    ///   - recordings: at least one; all of the same organization.
    /// - Throws: `conflict` where one of the recordings was taken over before.
    package func restoreOpen(
        _ name: ArchiveName,
        extent: ArchiveExtentRow,
        recordings: [RecordingEntry],
        schedule: AskSchedule,
        now: Timestamp
    ) async throws {
        guard let organizationID = recordings.first?.organizationID else { return }
        try await write(.machine) { db in
            let restoring = try Restoring(name, organizationID: organizationID, schedule: schedule, now: now, in: db)
            for entry in recordings { try restoring.take(entry, in: db) }
            var archive = try OpenArchive.find(name, in: db)
            archive.extent = extent
            try archive.save(in: db)
        }
    }

    private func forEachBatch<Element: Sendable>(
        of elements: some AsyncSequence<Element, any Error>,
        _ body: ([Element]) async throws -> Void
    ) async throws {
        var batch: [Element] = []
        for try await element in elements {
            batch.append(element)
            guard batch.count == 1000 else { continue }
            try await body(batch)
            batch.removeAll(keepingCapacity: true)
        }
        if !batch.isEmpty { try await body(batch) }
    }
}

/// One archive on its way back into a manifest.
private struct Restoring: Sendable {
    private let archiveRow: Int64
    private let organization: Int64
    private let schedule: AskSchedule
    private let now: Timestamp

    /// Registers the archive as open and empty; recordings enter open archives only.
    init(
        _ name: ArchiveName,
        organizationID: OrganizationID,
        schedule: AskSchedule,
        now: Timestamp,
        in db: Database
    ) throws {
        self.schedule = schedule
        self.now = now
        organization = try OrganizationRow.registered(name.organization, id: organizationID, in: db).row
        try db.execute(
            sql: "INSERT INTO archive (organization, day, sequence, tar_bytes, journal_bytes) VALUES (?, ?, ?, 0, 0)",
            arguments: [organization, name.day.stored, name.sequence]
        )
        archiveRow = db.lastInsertedRowID
    }

    func take(_ task: TaskEntry, in db: Database) throws {
        let row: Int64
        if let known = try KnownTask.find(task.id, organization: organization, in: db) {
            row = known.row
            let update = """
                UPDATE task SET channel_type = ?, status = ?, capture_request = ?, listed = max(listed, ?) WHERE row = ?
                """
            try db.cachedStatement(sql: update).execute(arguments: [
                Words.row(of: task.channelType, in: db), Words.row(of: task.status.description, in: db),
                task.captureRequest.stored, task.json != nil, row,
            ])
        } else {
            row = try KnownTask.insert(task, organization: organization, isListed: task.json != nil, in: db)
        }
        guard task.captureRequest != .notRequested else { return try Question.close(row, in: db) }
        guard try Question.find(row, in: db) == nil else { return }
        // It was asked about before its day was sealed, and nothing was there; the next pass asks again.
        let history = AskHistory(asks: 1, found: 0, unchangedSince: now)
        try Question(nextAskTime: task.createdTime, history: history, refusal: nil).save(row, in: db)
    }

    func take(_ entry: RecordingEntry, in db: Database) throws {
        let task = try task(of: entry, in: db)
        let known = try KnownRecording.all(of: task.row, taskID: entry.key.taskID, in: db)
        let file = Self.storedName(entry.file, key: entry.key)
        let insert = """
            INSERT INTO recording (task, ordinal, id, kind, is_segment, call_type, start_time, provider_name, stop_time,
                file, attempts, archive, offset, byte_count, digest, audio_format, duration_ms, suspicion,
                received_time)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        let key = entry.key
        try db.cachedStatement(sql: insert).execute(arguments: [
            task.row, known.count, key.recordingID.stored, key.kind.stored, key.isSegment,
            Words.row(of: key.callType, in: db), key.startTime?.stored,
            Words.nameValue(of: key.providerFileName, in: db),
            entry.stopTime?.stored, file, entry.attempts, archiveRow, entry.offset, entry.byteCount,
            entry.digest.stored,
            entry.audio?.row(in: db), entry.audio?.durationMilliseconds, entry.suspicion, entry.receivedTime.stored,
        ])
        try db.cachedStatement(sql: "UPDATE archive SET recordings = recordings + 1 WHERE row = ?")
            .execute(arguments: [archiveRow])
        // A segment may still come until the horizon; what is older and has recordings is taken for settled.
        if now >= task.createdTime + schedule.horizon { try Question.close(task.row, in: db) }
    }

    /// The archive of a recording has its task; where that line is missing, the recording itself says enough.
    private func task(of entry: RecordingEntry, in db: Database) throws -> KnownTask {
        let id = entry.key.taskID
        if let known = try KnownTask.find(id, organization: organization, in: db) { return known }
        let instants = TaskRange.instants(of: entry.day)
        let noon = Timestamp(stored: entry.day.stored * 86_400_000 + 43_200_000)
        let start = entry.key.startTime.flatMap { instants.contains($0) ? $0 : nil }
        let task = TaskEntry(
            id: id,
            day: entry.day,
            createdTime: start ?? noon,
            channelType: "unknown",
            status: TaskStatus("unknown"),
            captureRequest: .undetermined,
            json: entry.taskJSON
        )
        try take(task, in: db)
        guard let known = try KnownTask.find(id, organization: organization, in: db) else {
            throw ManifestError(.unknown, "the manifest has no row for \(entry.payloadPath)")
        }
        return known
    }

    /// The distinguisher that gives the name, or the name itself where none does: an archive of another version's.
    private static func storedName(_ file: FileName, key: RecordingKey) -> DatabaseValue {
        let distinguisher = (0..<100).first { FileName.of(key, distinguisher: $0) == file }
        return distinguisher?.databaseValue ?? file.description.databaseValue
    }

    /// Turns the archive into the sealed one that it is.
    func finish(_ archive: ArchiveRow, in db: Database) throws {
        let counted = try Int.fetchOne(db, sql: "SELECT recordings FROM archive WHERE row = ?", arguments: [archiveRow])
        guard counted == archive.recordings else {
            throw ManifestError(
                .conflict,
                "archive \(archive.name) lists \(counted ?? 0) recordings, but holds \(archive.recordings)"
            )
        }
        let update = """
            UPDATE archive SET tar_bytes = NULL, journal_bytes = NULL, byte_count = ?, digest = ?, sealed_time = ?
            WHERE row = ?
            """
        try db.execute(
            sql: update,
            arguments: [archive.byteCount, archive.digest.stored, archive.sealedTime?.stored, archiveRow]
        )
    }
}
