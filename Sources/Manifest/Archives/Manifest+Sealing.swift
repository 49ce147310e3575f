import GRDB
import Recordings

extension Manifest {
    /// The days before `day` that have to be sealed, oldest first: those with recordings in an archive that is open in
    /// this spool.
    package func daysToSeal(organization: OrganizationName, before day: ArchiveDay) async throws -> [ArchiveDay] {
        try await read { [spool] db in
            let select = """
                SELECT day FROM archive
                WHERE organization = ? AND spool = ? AND digest IS NULL AND recordings > 0 AND day < ? ORDER BY day
                """
            let organization = try OrganizationRow.row(of: organization, in: db)
            return try Row.fetchAll(db, sql: select, arguments: [organization, spool.stored, day.stored]).map {
                try $0[0]
            }
        }
    }

    /// The tasks that the sealing of the open archive of `day` has to write, in the order in which they were created:
    /// all that are new or changed since the day's last sealed archive.
    ///
    /// What is recorded about the day's tasks after this call is left for the next archive.
    /// - Throws: `unknown` if the day has no open archive.
    package func tasksToSeal(organization: OrganizationName, day: ArchiveDay) async throws -> RowSequence<TaskEntry> {
        let scope = try await write { [spool] db in
            let organization = try OrganizationRow.row(of: organization, in: db)
            let seq = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'unsealed_task'"
            let mark = try Int64.fetchOne(db, sql: seq) ?? 0
            try db.execute(
                sql: """
                    UPDATE archive SET task_mark = ? WHERE organization = ? AND day = ? AND spool = ? AND digest IS NULL
                    """,
                arguments: [mark, organization, day.stored, spool.stored]
            )
            guard db.changesCount == 1 else {
                throw ManifestError(.unknown, "there is no open archive of \(day) to seal; open one first")
            }
            return SealingScope(organization: organization, day: day, mark: mark)
        }
        return RowSequence(from: TaskPosition.beginning) { [self] position in
            try await read { db in try scope.batch(after: position, in: db) }
        }
    }

    /// The salt that sealing writes into an open archive: the one that an earlier attempt to seal it has stored, or
    /// otherwise `fresh`, which is stored now. So a repeated sealing writes the same bytes.
    /// - Throws: `unknown`; `conflict` if the archive is sealed, or open in another spool.
    package func salt(of name: ArchiveName, orKeep fresh: Salt) async throws -> Salt {
        try await write { [spool] db in
            let archive = try OpenArchiveRecord.find(name, spool: spool, in: db)
            let select = "SELECT salt FROM archive WHERE row = ?"
            let kept = try DatabaseValue.fetchOne(db, sql: select, arguments: [archive.row])
            if let kept, !kept.isNull { return try Salt(stored: kept) }
            let update = "UPDATE archive SET salt = ? WHERE row = ?"
            try db.execute(sql: update, arguments: [fresh.stored, archive.row])
            return fresh
        }
    }

    /// Queues all tasks of a day for its next archive, because an archive that had their lines is lost. Only those
    /// lines had the provider's JSON. Unless a task is already queued with its JSON, its new line has only what the
    /// manifest knows.
    package func requeueTasks(organization: OrganizationName, day: ArchiveDay) async throws {
        try await write { db in
            let organization = try OrganizationRow.row(of: organization, in: db)
            let insert = """
                INSERT OR IGNORE INTO unsealed_task (task) SELECT row FROM task WHERE \(TaskRange.condition) AND day = :day
                """
            try db.execute(sql: insert, arguments: TaskRange.arguments(organization: organization, day: day))
        }
    }

    /// Records that the archive is sealed. Its recordings are `archived`, unless the vault has to have it first, and
    /// the tasks that it includes leave the queue, with their JSON. The change is durable, and a repeated call changes
    /// nothing.
    /// - Parameters:
    ///   - recordings: how many it holds.
    ///   - dayClose: the record of its day, if the archive closes the day.
    ///   - mark: when that was decided; `nil` if that is not known, and the decision has to be checked again.
    ///   - isLogged: whether the evidence log is known to have an entry of it.
    ///   - needsVault: whether it counts as archived only once the vault has it.
    /// - Throws: `conflict` if the manifest counts another number of recordings in it, or has other bytes as its sealed
    ///   form; `unknown`.
    package func noteSealed(
        _ name: ArchiveName,
        byteCount: Int64,
        digest: ContentDigest,
        recordings: Int,
        metadataOffset: Int64? = nil,
        dayClose: DayClose? = nil,
        decidedAt mark: ClosingMark? = nil,
        isLogged: Bool = false,
        needsVault: Bool = false,
        now: Timestamp
    ) async throws {
        try await write(.machine) { [self] db in
            let known = try ArchiveRow.find(name, in: db)
            if let known, known.digest == digest, known.byteCount == byteCount { return }
            let archive = try OpenArchiveRecord.find(name, spool: spool, in: db)
            guard archive.recordings == recordings else {
                throw ManifestError(
                    .conflict,
                    "archive \(name) holds \(recordings) recordings, but the manifest counts \(archive.recordings)"
                )
            }
            try SealingScope.dequeueTasks(name, archive: archive.row, in: db)
            let update = """
                UPDATE archive SET tar_bytes = NULL, journal_bytes = NULL, spool = NULL, salt = NULL,
                    byte_count = ?, digest = ?, metadata_offset = ?, sealed_time = ?
                WHERE row = ?
                """
            try db.execute(
                sql: update,
                arguments: [byteCount, digest.stored, metadataOffset, now.stored, archive.row]
            )
            if isLogged {
                try db.execute(sql: "INSERT OR IGNORE INTO logged_archive VALUES (?)", arguments: [archive.row])
            }
            if needsVault { try VaultCopy.demand(archive.row, isRequired: true, in: db) }
            // Sealing has read back everything.
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO reading (archive, time, faults, own_faults, byte_count, is_whole)
                    VALUES (:archive, :now, 0, 0, :bytes,
                        NOT EXISTS (SELECT 1 FROM displacement WHERE archive = :archive AND reason = 0))
                    """,
                arguments: ["archive": archive.row, "now": now.stored, "bytes": byteCount]
            )
            try KnownDamage.forget(of: archive.row, in: db)
            let detail = [
                "archive": name.description, "bytes": String(byteCount), "recordings": String(recordings),
                "sha256": digest.description,
            ]
            try Event(time: now, kind: .archiveSealed, organization: name.organization, detail: detail).insert(in: db)
            let act = try dayClose?.note(sequence: name.sequence, decidedAt: mark, now: now, in: db)
            try record(act.map { [$0] } ?? [])
        }
    }
}

/// Which tasks one sealing includes.
private struct SealingScope: Sendable {
    var organization: Int64
    var day: ArchiveDay
    var mark: Int64

    func batch(after position: TaskPosition, in db: Database) throws -> RowSequence<TaskEntry>.Batch<TaskPosition> {
        let select = """
            SELECT task.id, created_time, channel.text, status.text, capture_request, unsealed_task.json,
                unsealed_task.search, (SELECT source FROM claim WHERE claim.task = task.row)
            FROM task CROSS JOIN unsealed_task ON unsealed_task.task = task.row
            LEFT JOIN word AS channel ON channel.row = task.channel_type
            LEFT JOIN word AS status ON status.row = task.status
            WHERE \(TaskRange.condition) AND task.day = :day AND revision <= :mark
                AND created_time >= :after_time AND (created_time, task.id) > (:after_time, :after_id)
            ORDER BY created_time, task.id LIMIT 500
            """
        var arguments = TaskRange.arguments(organization: organization, day: day)
        arguments += ["mark": mark, "after_time": position.createdTime, "after_id": position.id]
        let rows = try Row.fetchAll(db.cachedStatement(sql: select), arguments: arguments)
        let tasks = try rows.map { row in
            TaskEntry(
                id: try TaskID(stored: row[0]),
                day: day,
                createdTime: try row[1],
                channelType: try row[2],
                status: TaskStatus(try row[3]),
                captureRequest: try CaptureRequest(stored: row[4]),
                json: try (row[5] as String?).map(ProviderJSON.init(redacted:)),
                searchJSON: try (row[6] as String?).map(ProviderJSON.init(redacted:)),
                sightedBy: try row[7]
            )
        }
        return RowSequence.Batch(
            rows: tasks,
            next: try rows.last.map { TaskPosition(createdTime: try $0[1], id: try $0[0]) }
        )
    }

    /// Removes from the queue what the archive includes: what was queued when its sealing began, and nothing that was
    /// queued later. If an archive was sealed without a call for its tasks, nothing is removed.
    ///
    /// A statement keeps in memory every row that it is going to delete. So the rows of some thousands of tasks are
    /// deleted at a time, in the order in which the tasks were created.
    static func dequeueTasks(_ name: ArchiveName, archive: Int64, in db: Database) throws {
        let organization = try OrganizationRow.row(of: name.organization, in: db)
        let instants = TaskRange.instants(of: name.day)
        var reached = instants.lowerBound
        while reached < instants.upperBound {
            let rest = reached..<instants.upperBound
            let end = try endOfStep(through: rest, organization: organization, in: db)
            var arguments = TaskRange.arguments(organization: organization, window: reached..<end)
            arguments += ["archive": archive, "day": name.day.stored]
            let delete = """
                DELETE FROM unsealed_task
                WHERE revision <= (SELECT task_mark FROM archive WHERE row = :archive)
                    AND task IN (SELECT row FROM task WHERE \(TaskRange.condition) AND day = :day)
                """
            try db.cachedStatement(sql: delete).execute(arguments: arguments)
            reached = end
        }
    }

    private static let tasksOfStep = 10_000

    /// - Returns: the end of the next step: a time before which its tasks were created, later than the beginning of
    ///   `rest`.
    private static func endOfStep(
        through rest: Range<Timestamp>,
        organization: Int64,
        in db: Database
    ) throws -> Timestamp {
        let select = """
            SELECT created_time FROM task WHERE \(TaskRange.condition) ORDER BY created_time LIMIT 1 OFFSET \(tasksOfStep)
            """
        let arguments = TaskRange.arguments(organization: organization, window: rest)
        guard let beyond = try Row.fetchOne(db.cachedStatement(sql: select), arguments: arguments) else {
            return rest.upperBound
        }
        return max(try beyond[0], rest.lowerBound + .milliseconds(1))
    }
}
