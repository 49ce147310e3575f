import GRDB
import Recordings

/// Records an answer of the provider in rows, within one transaction. ``AnswerRule`` decides what changes.
struct AnswerTaking {
    var organization: OrganizationName
    var organizationRow: Int64
    var day: @Sendable (Timestamp) -> ArchiveDay
    var schedule: AskSchedule
    /// Suspect recordings that were not checked since this time are checked; `nil` for only those that are due.
    var looksBefore: Timestamp?
    var reservations: TransactionReservations?
    /// When the question was asked to which this is the answer.
    var now: Timestamp
    /// The tracking ID of the answer.
    var trackingID: String?
    let rows = KnownRows()

    /// How long a recording waits that was known and is no longer offered, or is refused.
    private static let withdrawnRetryDelay: Duration = .hours(1)
    /// How far ahead the provider's clock may be for its times to be believed, as in a listing.
    private static let clockTolerance: Duration = .hours(24)

    private var rule: AnswerRule { AnswerRule(schedule: schedule, now: now, trackingID: trackingID) }

    /// - Parameter snapshot: that of the task; `nil` if the task is not known.
    /// - Returns: the recordings whose bytes are wanted now.
    func take(
        _ capture: Capture,
        of snapshot: TaskSnapshot?,
        unusable: [String],
        in db: Database
    ) throws -> [RecordingWork] {
        guard let snapshot = try snapshot ?? registerUnlisted(capture, in: db) else { return [] }
        let known = try snapshot.recordings(in: db)
        let plan = rule.plan(
            offered: capture.recordings,
            unusable: unusable,
            task: snapshot.asked,
            known: known,
            looks: try dueLooks(snapshot.task.row, known, in: db)
        )
        return try apply(plan, to: snapshot, in: db)
    }

    func takeRefusal(of snapshot: TaskSnapshot, reason: String, in db: Database) throws {
        let known = try snapshot.recordings(in: db)
        let looks = try dueLooks(snapshot.task.row, known, in: db)
        let plan = rule.plan(refused: reason, task: snapshot.asked, known: known, looks: looks)
        _ = try apply(plan, to: snapshot, in: db)
    }

    private func apply(_ plan: AnswerPlan, to snapshot: TaskSnapshot, in db: Database) throws -> [RecordingWork] {
        let task = snapshot.task
        for registration in plan.registered { try register(registration, task, in: db) }
        var wanted: [RecordingWork] = []
        for fetch in plan.fetched where reservations?.reserve(task.recording(fetch.recording)) ?? true {
            wanted.append(try work(fetch, snapshot, in: db))
        }
        try postpone(plan.missedLooks, task.row, in: db)
        for failure in plan.failed { try fail(failure, task, in: db) }
        switch plan.question {
        case .leave: break
        case .close: try Question.close(task.row, in: db)
        case .save(let question): try question.save(task.row, in: db)
        }
        try log(plan.gap, task, in: db)
        if let refusal = plan.refusal {
            let kind: Event.Kind = refusal.isOfRecordings ? .recordingUnusable : .taskRefused
            try log(kind, task, ["reason": refusal.reason].adding("tracking_id", trackingID), in: db)
        }
        return wanted
    }

    private func work(_ fetch: AnswerPlan.Fetch, _ snapshot: TaskSnapshot, in db: Database) throws -> RecordingWork {
        let row = snapshot.task.recording(fetch.recording)
        let mayReplace = fetch.wasKnown && fetch.look == nil
        var captured = fetch.captured
        // It is kept until the recording is stored.
        captured.json = captured.json.packed
        return RecordingWork(
            row: row,
            organization: organization,
            day: snapshot.task.day,
            captured: captured,
            file: fetch.recording.file,
            attempts: fetch.recording.attempts,
            taskJSON: snapshot.unsealed?.json,
            searchJSON: snapshot.unsealed?.search,
            replaced: mayReplace ? try Displacement.last(of: row, organization: organization, in: db) : nil,
            look: fetch.look
        )
    }

    private func registerUnlisted(_ capture: Capture, in db: Database) throws -> TaskSnapshot? {
        guard !capture.recordings.isEmpty else { return nil }
        // A time to come is wrong, and its day would never be over.
        let times = capture.recordings.compactMap(\.key.startTime).filter { $0 <= now + Self.clockTolerance }
        let created = times.min() ?? now
        let entry = TaskEntry(
            id: capture.taskID,
            day: day(created),
            createdTime: created,
            channelType: "unknown",
            status: TaskStatus("unknown"),
            captureRequest: .undetermined,
            json: nil
        )
        let row = try KnownTask.insert(entry, organization: organizationRow, isListed: false, in: db)
        try UnsealedTask().put(row, in: db)
        try Question.open(row, next: now, in: db)
        return try TaskSnapshot.find(capture.taskID, organization: organizationRow, in: db)
    }

    private func register(_ registration: AnswerPlan.Registration, _ task: KnownTask, in db: Database) throws {
        let captured = registration.captured
        try KnownRecording.insert(
            captured.key,
            stopTime: captured.stopTime,
            json: captured.json,
            row: task.recording(registration.recording),
            distinguisher: registration.distinguisher,
            wantedTime: now,
            in: db,
            rows
        )
        try CallAgents.add(participantsOf: captured.json, to: task.row, in: db)
        guard let earlier = registration.earlier else { return }
        let detail = [
            "recording": earlier.key.recordingID.description, "stop_time": captured.stopTime?.description ?? "",
            "stop_time_before": earlier.stopTime?.description ?? "",
        ]
        try log(.recordingChanged, task, file: earlier.file, detail, in: db)
    }

    /// Logs the gap that an answer opens, or the end of the one that it closes.
    private func log(_ gap: AnswerPlan.GapChange, _ task: KnownTask, in db: Database) throws {
        switch gap {
        case .leave: break
        case .closeIfFilled: try OpenGap.closeIfFilled(task.row, task.id, organization, now: now, in: db)
        case .open(let reason, let found):
            guard try OpenGap.open(task.row, now: now, in: db) else { return }
            let detail = ["found": String(found), "reason": reason.rawValue]
            try log(.gapOpened, task, detail.adding("tracking_id", trackingID), in: db)
        }
    }

    private func log(
        _ kind: Event.Kind,
        _ task: KnownTask,
        file: FileName? = nil,
        _ detail: [String: String],
        in db: Database
    ) throws {
        let event = Event(
            time: now,
            kind: kind,
            organization: organization,
            task: task.id,
            file: file,
            detail: detail
        )
        try event.insert(in: db)
    }

    private func fail(_ failure: AnswerPlan.Failure, _ task: KnownTask, in db: Database) throws {
        let failed = RecordingFailure(
            row: task.recording(failure.recording),
            code: failure.code,
            reason: failure.reason,
            attempts: failure.recording.attempts,
            retryNotBefore: now + Self.withdrawnRetryDelay
        )
        try failed.apply(schedule: schedule, trackingID: trackingID, now: now, in: db)
    }
}

extension TaskSnapshot {
    /// What the rule about answers depends on.
    var asked: AnswerRule.Task {
        AnswerRule.Task(
            createdTime: task.createdTime,
            status: task.status,
            captureRequest: task.captureRequest,
            question: question,
            hasOpenGap: hasOpenGap
        )
    }

    func recordings(in db: Database) throws -> [KnownRecording] {
        hasRecordings ? try KnownRecording.all(of: task.row, taskID: task.id, in: db) : []
    }
}

extension KnownTask {
    /// The row of one of its recordings.
    func recording(_ known: KnownRecording) -> RecordingRowID { RecordingRowID(task: row, ordinal: known.ordinal) }
}

extension FileName {
    init(stored value: DatabaseValue, key: RecordingKey) throws(ManifestError) {
        switch value.storage {
        case .int64(let distinguisher):
            // No task has this many recordings.
            guard (0..<1 << 31).contains(distinguisher) else { throw .unreadable("file name", value) }
            self = FileName.of(key, distinguisher: Int(distinguisher))
        case .string(let text):
            guard let name = FileName(exactly: text) else { throw .unreadable("file name", value) }
            self = name
        default: throw .unreadable("file name", value)
        }
    }
}
