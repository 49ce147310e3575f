import GRDB
import Recordings

extension Manifest {
    /// The recordings that are suspect, in the order in which their tasks were created.
    /// - Throws: `unknown` if the organization is not registered.
    package func suspects(
        _ organization: OrganizationName,
        day: ArchiveDay? = nil,
        window: Range<Timestamp>? = nil
    ) async throws -> [SuspectRow] {
        try await read { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            var condition = TaskRange.condition
            var arguments = TaskRange.arguments(organization: row, window: window)
            if let day {
                condition += " AND task.day = :day"
                arguments += ["day": day.stored]
            }
            return try SuspectRow.all(where: condition, arguments, in: db)
        }
    }

    /// Records that a person has acknowledged the suspect recordings of these tasks, and why they may stay as they are.
    /// The change is durable.
    /// - Parameter claims: what the environment says about the author, for the log of events.
    package func acknowledge(
        _ tasks: [TaskID],
        organization: OrganizationName?,
        with acknowledgement: Acknowledgement,
        claims: [String: String] = [:]
    ) async throws -> AcknowledgingResult {
        let set = "note = :note, author = :author, author_uid = :uid, acknowledged_time = :time"
        let actor = Actor(name: acknowledgement.author, uid: acknowledgement.authorUID, claims: claims)
        let arguments: StatementArguments = [
            "note": acknowledgement.note, "author": acknowledgement.author,
            "uid": Int64(acknowledgement.authorUID), "time": acknowledgement.time.stored,
        ]
        return try await change(tasks, organization, set, "better IS NULL", arguments) { suspect in
            Event(
                time: acknowledgement.time,
                kind: .gapExplained,
                organization: suspect.organization,
                task: suspect.suspect.taskID,
                file: suspect.suspect.file,
                detail: ["note": acknowledgement.note, "reason": "suspect", "suspicion": suspect.suspect.reason],
                by: actor
            )
        }
    }

    /// Withdraws the acknowledgements of these tasks. The change is durable.
    package func withdrawAcknowledgements(
        _ tasks: [TaskID],
        organization: OrganizationName?,
        by actor: Actor,
        now: Timestamp
    ) async throws -> AcknowledgingResult {
        let set = "note = NULL, author = NULL, author_uid = NULL, acknowledged_time = NULL"
        let condition = "better IS NULL AND acknowledged_time IS NOT NULL"
        return try await change(tasks, organization, set, condition, [:]) { suspect in
            Event(
                time: now,
                kind: .explanationWithdrawn,
                organization: suspect.organization,
                task: suspect.suspect.taskID,
                file: suspect.suspect.file,
                detail: ["reason": "suspect"],
                by: actor
            )
        }
    }

    private func change(
        _ tasks: [TaskID],
        _ organization: OrganizationName?,
        _ set: String,
        _ condition: String,
        _ arguments: StatementArguments,
        _ event: @escaping @Sendable (SuspectRow) -> Event
    ) async throws -> AcknowledgingResult {
        try await write(.machine) { [self] db in
            var result = AcknowledgingResult()
            var acts: [RecordedAct] = []
            try db.inSavepoint {
                for id in tasks {
                    let select = """
                        SELECT task.row FROM task JOIN organization ON organization.row = task.organization
                        WHERE task.id = :id AND (:organization IS NULL OR name = :organization)
                        """
                    let known = try Int64.fetchAll(
                        db,
                        sql: select,
                        arguments: ["id": try id.known(in: db), "organization": organization?.description]
                    )
                    if known.isEmpty { result.unknown.append(id) }
                    var changed: [SuspectRow] = []
                    for task in known {
                        let row: StatementArguments = ["task": task]
                        let condition = "suspect.task = :task AND \(condition)"
                        // Only these have an event: others of the task are left as they are.
                        let concerned = Set(try SuspectRow.all(where: condition, row, in: db).map(\.suspect.file))
                        try db.execute(sql: "UPDATE suspect SET \(set) WHERE \(condition)", arguments: row + arguments)
                        changed += try SuspectRow.all(where: "task.row = :task", row, in: db)
                            .filter { concerned.contains($0.suspect.file) }
                    }
                    for suspect in changed {
                        let event = event(suspect)
                        try event.insert(in: db)
                        acts.append(RecordedAct(event: event, suspect: suspect.suspect))
                    }
                    result.suspects += changed
                    if changed.isEmpty, !known.isEmpty { result.without.append(id) }
                }
                return result.isDone ? .commit : .rollback
            }
            if result.isDone { try record(acts) } else { result.suspects = [] }
            return result
        }
    }

    /// The tasks with suspect recordings that have to be checked again, in the order in which they became known.
    /// - Parameters:
    ///   - dueBy: those that are due at this time by the growing intervals.
    ///   - lookedAtBefore: also those that were not checked since this time, whatever the intervals say; `nil` for
    ///     none.
    package func tasksWithSuspects(
        organization: OrganizationName,
        window: Range<Timestamp>?,
        dueBy: Timestamp,
        lookedAtBefore: Timestamp?,
        after cursor: SweepCursor?,
        limit: Int
    ) async throws -> [SweptTask] {
        let select = """
            SELECT task.id, task.row FROM suspect CROSS JOIN task ON task.row = suspect.task
            WHERE suspect.task > :after AND \(SuspectDue.condition) AND \(TaskRange.condition)
            GROUP BY suspect.task ORDER BY suspect.task LIMIT :limit
            """
        return try await read { db in
            let arguments = try Self.arguments(organization, window, cursor, limit, in: db)
            let due = SuspectDue(now: dueBy, lookedAtBefore: lookedAtBefore)
            return try Self.sweep(select, arguments + due.arguments, after: cursor, in: db)
        }
    }

    /// Records that a suspect recording was checked again, and nothing better was found.
    /// - Parameters:
    ///   - validator: the entity tag or the date that came with the same bytes; `nil` if neither did.
    ///   - horizon: for how long after its arrival the recording is checked.
    package func noteLook(
        at row: RecordingRowID,
        validator: String?,
        horizon: Duration,
        now: Timestamp
    ) async throws {
        try await write { db in
            try SuspectDue.noteLook(row, validator: validator, LookSchedule(horizon: horizon), now: now, in: db)
        }
    }
}

extension Suspect {
    /// Restores an acknowledgement from the record of a day, if the recording is still suspect.
    func restore(_ organization: Int64, in db: Database) throws {
        guard let acknowledgement, let task = try KnownTask.find(taskID, organization: organization, in: db) else {
            return
        }
        let known = try KnownRecording.all(of: task.row, taskID: taskID, in: db)
        guard let recording = known.first(where: { $0.file == file }) else { return }
        let update = """
            UPDATE suspect SET note = ?, author = ?, author_uid = ?, acknowledged_time = ? WHERE task = ? AND ordinal = ?
            """
        try db.execute(
            sql: update,
            arguments: [
                acknowledgement.note, acknowledgement.author, Int64(acknowledgement.authorUID),
                acknowledgement.time.stored, task.row, recording.ordinal,
            ]
        )
    }
}
