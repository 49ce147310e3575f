import GRDB
import Recordings

/// A suspect recording, with where it belongs.
package struct SuspectRow: Hashable, Sendable {
    package var organization: OrganizationName
    package var day: ArchiveDay
    package var suspect: Suspect
    /// How often it has been looked at again.
    package var looks: Int
    /// When it is looked at again; `nil` after the horizon.
    package var nextLook: Timestamp?
}

/// What a look at a suspect recording is compared with.
package struct SuspectLook: Hashable, Sendable {
    /// Of all that is held of it.
    package var digests: Set<ContentDigest>
    /// What came with the same bytes twice, an entity tag or a date: the provider may be asked whether it is another by now.
    /// `nil` to fetch everything.
    package var validator: String?
    /// Where the first version's bytes stand in its archive.
    package var path: String
}

/// What came of acknowledging suspects, or of taking that back. If any of the tasks does not allow it, nothing was changed
/// for the others either.
package struct AcknowledgingResult: Hashable, Sendable {
    /// The suspects as they stand now.
    package var suspects: [SuspectRow] = []
    /// Tasks that the manifest does not know.
    package var unknown: [TaskID] = []
    /// Tasks without a suspect recording, or without one that is acknowledged if that is to be taken back.
    package var without: [TaskID] = []

    /// Whether it was done.
    package var isDone: Bool { unknown.isEmpty && without.isEmpty }
}

extension Manifest {
    /// The recordings that are suspect, in the order of their tasks' creation.
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

    /// A person knows of what is suspect of these tasks, and says why it may stay. Durable.
    /// - Parameter claims: what the environment says of the author besides, for the log of events.
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
                detail: actor.eventDetail.merging(
                    ["note": acknowledgement.note, "reason": "suspect", "suspicion": suspect.suspect.reason]
                ) { $1 }
            )
        }
    }

    /// Takes back what was acknowledged of these tasks. Durable.
    package func withdrawAcknowledgements(
        _ tasks: [TaskID],
        organization: OrganizationName?,
        by actor: Actor,
        now: Timestamp
    ) async throws -> AcknowledgingResult {
        let set = "note = NULL, author = NULL, author_uid = NULL, acknowledged_time = NULL"
        return try await change(tasks, organization, set, "acknowledged_time IS NOT NULL", [:]) { suspect in
            Event(
                time: now,
                kind: .explanationWithdrawn,
                organization: suspect.organization,
                task: suspect.suspect.taskID,
                file: suspect.suspect.file,
                detail: actor.eventDetail.merging(["reason": "suspect"]) { $1 }
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
        try await write(.machine) { db in
            var result = AcknowledgingResult()
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
                    var changed = 0
                    for task in known {
                        let row: StatementArguments = ["task": task]
                        let update = "UPDATE suspect SET \(set) WHERE task = :task AND \(condition)"
                        try db.execute(sql: update, arguments: row + arguments)
                        guard db.changesCount > 0 else { continue }
                        changed += db.changesCount
                        let suspects = try SuspectRow.all(where: "task.row = :task", row, in: db)
                        for suspect in suspects { try event(suspect).insert(in: db) }
                        result.suspects += suspects
                    }
                    if changed == 0, !known.isEmpty { result.without.append(id) }
                }
                return result.isDone ? .commit : .rollback
            }
            if !result.isDone { result.suspects = [] }
            return result
        }
    }

    /// The tasks with suspect recordings to be looked at again; the longest known first.
    /// - Parameters:
    ///   - dueBy: the growing intervals are kept.
    ///   - lookedAtBefore: those that were not looked at since then are taken whatever the intervals say; `nil` for none.
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

    /// A suspect recording was looked at again, and nothing better came of it.
    /// - Parameters:
    ///   - validator: the entity tag or the date that came with the same bytes; `nil` if neither did.
    ///   - horizon: how long after its arrival it is looked at.
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

/// Which suspects are due, as queries need it.
struct SuspectDue {
    var now: Timestamp
    var lookedAtBefore: Timestamp?

    static let condition = "better IS NULL AND (next_look_time <= :look_due OR last_look_time < :look_before)"

    var arguments: StatementArguments {
        ["look_due": now.stored, "look_before": lookedAtBefore?.stored ?? .min]
    }

    /// The looks that are due of a task's recordings, by ordinal.
    func looks(_ task: Int64, _ known: [KnownRecording], _ schedule: LookSchedule, in db: Database) throws
        -> [Int64: SuspectLook]
    {
        let select = """
            SELECT suspect.ordinal, entity_tag, received_time, looks FROM suspect
            JOIN recording ON recording.task = suspect.task AND recording.ordinal = suspect.ordinal
            WHERE suspect.task = :task AND \(Self.condition)
            """
        let row: StatementArguments = ["task": task]
        let found = try Row.fetchAll(db.cachedStatement(sql: select), arguments: row + arguments)
        guard !found.isEmpty else { return [:] }
        let all = "SELECT ordinal, digest FROM recording WHERE task = :task AND digest IS NOT NULL"
        let held = try Row.fetchAll(db, sql: all, arguments: row)
        return try found.reduce(into: [:]) { looks, row in
            let ordinal: Int64 = try row[0]
            guard let recording = known.first(where: { $0.row.ordinal == ordinal }) else { return }
            let versions = known.filter { $0.key == recording.key || $0.key.withoutDigest == recording.key }.map(
                \.row.ordinal
            )
            let received = Timestamp(stored: try row[2])
            let isConditional = schedule.isConditional(received: received, looks: try row[3], now: now)
            let validator: String? = try row[1]
            let digests = try held.filter { versions.contains(try $0[0]) }.map { try ContentDigest(stored: $0[1]) }
            looks[ordinal] = SuspectLook(
                digests: Set(digests),
                validator: isConditional ? validator : nil,
                path: "data/\(FileName(sanitizing: recording.key.taskID.description))/\(recording.file)"
            )
        }
    }

    static func noteLook(
        _ row: RecordingRowID,
        validator: String?,
        _ schedule: LookSchedule,
        now: Timestamp,
        in db: Database
    ) throws {
        let select = """
            SELECT looks, received_time FROM suspect
            JOIN recording ON recording.task = suspect.task AND recording.ordinal = suspect.ordinal
            WHERE suspect.task = ? AND suspect.ordinal = ?
            """
        let place: StatementArguments = [row.task, row.ordinal]
        guard let found = try Row.fetchOne(db, sql: select, arguments: place) else { return }
        let looks: Int = try found[0] + 1
        let next = schedule.next(received: Timestamp(stored: try found[1]), looks: looks, now: now)
        let update = """
            UPDATE suspect SET looks = ?, last_look_time = ?, next_look_time = ?, entity_tag = ?
            WHERE task = ? AND ordinal = ?
            """
        let values: StatementArguments = [looks, now.stored, next?.stored, validator]
        try db.execute(sql: update, arguments: values + place)
    }
}

extension Suspect {
    /// What a record of a day says that a person has acknowledged is acknowledged again, if it is suspect still.
    func restore(_ organization: Int64, in db: Database) throws {
        guard let acknowledgement, let task = try KnownTask.find(taskID, organization: organization, in: db) else {
            return
        }
        let known = try KnownRecording.all(of: task.row, taskID: taskID, in: db)
        guard let row = known.first(where: { $0.file == file })?.row else { return }
        let update = """
            UPDATE suspect SET note = ?, author = ?, author_uid = ?, acknowledged_time = ? WHERE task = ? AND ordinal = ?
            """
        try db.execute(
            sql: update,
            arguments: [
                acknowledgement.note, acknowledgement.author, Int64(acknowledgement.authorUID),
                acknowledgement.time.stored, row.task, row.ordinal,
            ]
        )
    }
}

extension SuspectRow {
    static func all(
        where condition: String,
        _ arguments: StatementArguments,
        in db: Database
    ) throws -> [SuspectRow] {
        let select = """
            SELECT organization.name AS organization, task.day AS day, task.id AS task_id, suspicion, file, note, author,
                author_uid, acknowledged_time, looks, next_look_time, \(RecordingColumns.key)
            FROM suspect CROSS JOIN task ON task.row = suspect.task
            JOIN recording ON recording.task = suspect.task AND recording.ordinal = suspect.ordinal
            JOIN organization ON organization.row = task.organization \(RecordingColumns.keyJoins)
            WHERE better IS NULL AND \(condition) ORDER BY created_time, task.id, recording.id, suspect.ordinal
            """
        return try Row.fetchAll(db, sql: select, arguments: arguments).map(SuspectRow.init)
    }

    private init(_ row: Row) throws {
        let taskID = try TaskID(stored: row["task_id"])
        let key = try RecordingKey(row, taskID: taskID)
        organization = try OrganizationName(stored: row["organization"])
        day = try ArchiveDay(stored: row["day"])
        looks = try row["looks"]
        nextLook = (try row["next_look_time"] as Int64?).map(Timestamp.init(stored:))
        var acknowledgement: Acknowledgement?
        if let note: String = try row["note"], let author: String = try row["author"],
            let uid = (try row["author_uid"] as Int64?).flatMap(UInt32.init(exactly:)),
            let time: Int64 = try row["acknowledged_time"]
        {
            acknowledgement = Acknowledgement(
                note: note,
                author: author,
                authorUID: uid,
                time: Timestamp(stored: time)
            )
        }
        suspect = Suspect(
            taskID: taskID,
            recordingID: key.recordingID,
            file: try FileName(stored: row["file"], key: key),
            reason: (try row["suspicion"] as String?) ?? "",
            acknowledgement: acknowledgement
        )
    }
}
