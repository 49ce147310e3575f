import GRDB
import Recordings
import Synchronization

/// How an answer of the provider's becomes rows, within one transaction.
struct AnswerTaking {
    var organization: OrganizationName
    var organizationRow: Int64
    var day: @Sendable (Timestamp) -> ArchiveDay
    var schedule: AskSchedule
    /// Suspect recordings that were not looked at since then are looked at; `nil` for those that are due only.
    var looksBefore: Timestamp?
    var claims: TransactionClaims?
    /// When the question was asked whose answer is being taken.
    var now: Timestamp
    /// Of the answer that is being taken.
    var trackingID: String?
    let rows = KnownRows()

    /// How long a recording rests that was known and is not offered any more, or is refused.
    private static let restOfTheWithdrawn: Duration = .hours(1)

    /// - Parameter dossier: of the task; `nil` where it is not known.
    func take(
        _ capture: Capture,
        of dossier: TaskDossier?,
        unusable: [String],
        in db: Database
    ) throws -> [RecordingWork] {
        guard let dossier = try dossier ?? registerUnlisted(capture, in: db) else { return [] }
        let task = dossier.task
        var known = try dossier.recordings(in: db)
        let before = known.count
        var named: Set<RecordingKey> = []
        var wanted: [RecordingWork] = []
        var looks = try dueLooks(task.row, known, in: db)
        for captured in capture.recordings.map({ Self.identified($0, among: known) })
        where named.insert(captured.key).inserted {
            let earlier = known.first { $0.key == captured.key }
            let recording = try earlier ?? register(captured, task.row, &known, in: db)
            let look = looks.removeValue(forKey: recording.row.ordinal)
            if recording.isWanted(now) || look != nil, claims?.claim(recording.row) ?? true {
                let replaced = earlier != nil && look == nil ? try replacedCopy(of: recording, in: db) : nil
                wanted.append(work(captured, recording, dossier, replaced: replaced, look: look))
            }
            // The bytes of a version by its bytes were lost again: they may be what is offered under the first one's name.
            for lost in known where lost.key.withoutDigest == captured.key && lost.isWanted(now) {
                var version = captured
                version.key = lost.key
                guard named.insert(lost.key).inserted, claims?.claim(lost.row) ?? true else { continue }
                wanted.append(work(version, lost, dossier, replaced: try replacedCopy(of: lost, in: db)))
            }
        }
        try miss(looks, task.row, in: db)
        for withdrawn in known where withdrawn.isWanted(now) && !named.contains(withdrawn.key) {
            try fail(withdrawn, .purgedUpstream, "the provider does not offer this recording any more", in: db)
        }
        let answer = Answer(
            listed: named.count + unusable.count,
            isNew: known.count > before,
            isHeld: !known.isEmpty,
            unusable: unusable.isEmpty ? nil : Set(unusable).sorted().joined(separator: "; ")
        )
        try answerQuestion(of: dossier, answer, in: db)
        return wanted
    }

    private func work(
        _ captured: CapturedRecording,
        _ recording: KnownRecording,
        _ dossier: TaskDossier,
        replaced: ReplacedCopy?,
        look: SuspectLook? = nil
    ) -> RecordingWork {
        RecordingWork(
            row: recording.row,
            organization: organization,
            day: dossier.task.day,
            captured: captured,
            file: recording.file,
            attempts: recording.attempts,
            taskJSON: dossier.unsealed?.json,
            searchJSON: dossier.unsealed?.search,
            replaced: replaced,
            look: look
        )
    }

    private func replacedCopy(of recording: KnownRecording, in db: Database) throws -> ReplacedCopy? {
        try Displacement.last(of: recording.row, organization: organization, in: db)
    }

    /// What is held and ends at another time by now is not what is held: the provider has first had a part of it, say.
    /// It is another version then, with an identity of its own, and both are kept (wxcc-api 14).
    private static func identified(_ captured: CapturedRecording, among known: [KnownRecording]) -> CapturedRecording {
        guard let version = captured.asVersion,
            let held = known.first(where: { $0.key == captured.key }), held.wantedTime == nil,
            let stopTime = held.stopTime, stopTime != captured.stopTime
        else { return captured }
        return version
    }

    func takeRefusal(of dossier: TaskDossier, reason: String, in db: Database) throws {
        guard dossier.task.captureRequest != .notRequested else { return }
        let known = try dossier.recordings(in: db)
        for recording in known where recording.isWanted(now) {
            try fail(recording, .refusedByProvider, "the provider refuses to say where it is: \(reason)", in: db)
        }
        try miss(dueLooks(dossier.task.row, known, in: db), dossier.task.row, in: db)
        try answerQuestion(of: dossier, Answer(isHeld: !known.isEmpty, refusal: reason), in: db)
    }

    private func registerUnlisted(_ capture: Capture, in db: Database) throws -> TaskDossier? {
        guard !capture.recordings.isEmpty else { return nil }
        let created = capture.recordings.compactMap(\.key.startTime).min() ?? now
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
        return try TaskDossier.find(capture.taskID, organization: organizationRow, in: db)
    }

    private func register(
        _ captured: CapturedRecording,
        _ task: Int64,
        _ known: inout [KnownRecording],
        in db: Database
    ) throws -> KnownRecording {
        let (file, distinguisher) = FileName.unused(for: captured.key, among: known.map(\.file))
        let row = RecordingRowID(task: task, ordinal: Int64(known.count))
        try KnownRecording.insert(
            captured.key,
            stopTime: captured.stopTime,
            json: captured.json,
            row: row,
            distinguisher: distinguisher,
            wantedTime: now,
            in: db,
            rows
        )
        try CallAgents.add(participantsOf: captured.json, to: task, in: db)
        let recording = KnownRecording(
            row: row,
            key: captured.key,
            file: file,
            stopTime: captured.stopTime,
            attempts: 0,
            wantedTime: now,
            failure: nil
        )
        if let earlier = known.first(where: { $0.key.versioned(until: captured.stopTime) == captured.key }) {
            try tellOfVersion(captured, after: earlier, in: db)
        }
        known.append(recording)
        return recording
    }

    private func tellOfVersion(
        _ captured: CapturedRecording,
        after earlier: KnownRecording,
        in db: Database
    ) throws {
        let event = Event(
            time: now,
            kind: .recordingChanged,
            organization: organization,
            task: captured.key.taskID,
            file: earlier.file,
            detail: [
                "recording": earlier.key.recordingID.description,
                "stop_time": captured.stopTime?.description ?? "",
                "stop_time_before": earlier.stopTime?.description ?? "",
            ]
        )
        try event.insert(in: db)
    }

    /// What an answer is to the question about its task.
    private struct Answer {
        /// How many recordings it had, usable or not.
        var listed = 0
        /// Whether it had one that no answer before it had.
        var isNew = false
        /// Whether recordings of the task are known from any answer.
        var isHeld: Bool
        /// Why some of what it lists cannot be had.
        var unusable: String?
        /// Why the provider refused it.
        var refusal: String?
    }

    private func answerQuestion(of dossier: TaskDossier, _ answer: Answer, in db: Database) throws {
        let (task, question) = (dossier.task, dossier.question)
        // A settled task that is asked about all the same, for `fetch`, stays settled unless there is news; and one
        // that the provider has no captures of has no question.
        let isNews = answer.isNew || answer.unusable != nil
        guard question != nil || isNews, task.captureRequest != .notRequested else { return }
        let history = AskHistory.appending(
            found: answer.listed,
            isNew: answer.isNew,
            to: question?.history,
            now: now
        )
        let decision = schedule.decision(
            after: history,
            isHeld: answer.isHeld,
            hasUnusable: answer.unusable != nil,
            created: task.createdTime,
            isTerminal: task.status.isTerminal,
            now: now
        )
        let refusal = answer.refusal ?? answer.unusable
        var next = Question(
            history: history,
            refusal: refusal,
            firstAskTime: question?.firstAskTime ?? now,
            lastAskTime: now,
            trackingID: trackingID
        )
        switch decision {
        case .settled: try Question.close(task.row, in: db)
        case .askAgain(let time):
            next.nextAskTime = time
            try next.save(task.row, in: db)
        case .exhausted: try next.save(task.row, in: db)
        }
        try tellOfGap(of: dossier, answer, next, in: db)
        guard let refusal, refusal != question?.refusal else { return }
        let event = Event(
            time: now,
            kind: answer.refusal == nil ? .recordingUnusable : .taskRefused,
            organization: organization,
            task: task.id,
            detail: ["reason": refusal].adding("tracking_id", trackingID)
        )
        try event.insert(in: db)
    }

    /// Opens the gap that an answer leaves, in the log of events, or closes the one that it ends.
    private func tellOfGap(of dossier: TaskDossier, _ answer: Answer, _ question: Question, in db: Database) throws {
        let task = dossier.task
        guard answer.unusable != nil || !answer.isHeld else {
            // A refusal says nothing of what is there, and a gap that this answer has opened is not filled by it.
            guard answer.refusal == nil, dossier.hasOpenGap else { return }
            return try OpenGap.closeIfFilled(task.row, task.id, organization, now: now, in: db)
        }
        let standpoint = Standpoint(now: now, today: day(now), horizon: schedule.horizon)
        let standing = standpoint.standing(
            captureRequest: task.captureRequest,
            status: task.status,
            created: task.createdTime,
            asks: question.history?.asks ?? 0,
            refusal: question.refusal,
            hasUnusable: answer.unusable != nil
        )
        guard case .gap(let reason) = standing, try OpenGap.open(task.row, now: now, in: db) else { return }
        let detail = ["found": String(answer.listed), "reason": reason.rawValue].adding("tracking_id", trackingID)
        try Event(time: now, kind: .gapOpened, organization: organization, task: task.id, detail: detail).insert(in: db)
    }

    private func fail(_ recording: KnownRecording, _ code: GapReason, _ reason: String, in db: Database) throws {
        let failure = RecordingFailure(
            row: recording.row,
            code: code,
            reason: reason,
            attempts: recording.attempts,
            retryNotBefore: now + Self.restOfTheWithdrawn
        )
        try failure.apply(schedule: schedule, trackingID: trackingID, now: now, in: db)
    }
}

extension TaskDossier {
    func recordings(in db: Database) throws -> [KnownRecording] {
        hasRecordings ? try KnownRecording.all(of: task.row, taskID: task.id, in: db) : []
    }
}

extension FileName {
    /// The name of a recording that no other of its task has, not even on a file system that ignores case: someone may
    /// unpack the archive there.
    static func unused(for key: RecordingKey, among taken: [FileName]) -> (FileName, distinguisher: Int) {
        if taken.isEmpty { return (FileName.of(key, distinguisher: 0), 0) }
        let taken = Set(taken.map { $0.description.lowercased() })
        var distinguisher = 0
        while true {
            let name = FileName.of(key, distinguisher: distinguisher)
            if !taken.contains(name.description.lowercased()) { return (name, distinguisher) }
            distinguisher += 1
        }
    }

    init(stored value: DatabaseValue, key: RecordingKey) throws(ManifestError) {
        switch value.storage {
        case .int64(let distinguisher):
            // No task has that many recordings.
            guard (0..<1 << 31).contains(distinguisher) else { throw .unreadable("file name", value) }
            self = FileName.of(key, distinguisher: Int(distinguisher))
        case .string(let text):
            guard let name = FileName(exactly: text) else { throw .unreadable("file name", value) }
            self = name
        default: throw .unreadable("file name", value)
        }
    }
}
