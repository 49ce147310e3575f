/// Decides what an answer about a task's captures changes (wxcc-api 6, 14): which recordings become known, which are
/// fetched, which have failed, and when the provider is asked again. It needs no database.
package struct AnswerRule: Hashable, Sendable {
    package var schedule: AskSchedule
    /// When the answered question was asked.
    package var now: Timestamp
    /// The provider's tracking ID of the answer.
    package var trackingID: String?

    package init(schedule: AskSchedule, now: Timestamp, trackingID: String? = nil) {
        (self.schedule, self.now, self.trackingID) = (schedule, now, trackingID)
    }

    /// What is known about the task that was asked about.
    package struct Task: Hashable, Sendable {
        package var createdTime: Timestamp
        package var status: TaskStatus
        package var captureRequest: CaptureRequest
        package var question: Question?
        /// Whether the log of events has an open gap of it.
        package var hasOpenGap: Bool

        package init(
            createdTime: Timestamp,
            status: TaskStatus,
            captureRequest: CaptureRequest,
            question: Question?,
            hasOpenGap: Bool
        ) {
            self.createdTime = createdTime
            self.status = status
            self.captureRequest = captureRequest
            self.question = question
            self.hasOpenGap = hasOpenGap
        }
    }

    /// - Parameters:
    ///   - offered: what the answer lists and is available.
    ///   - unusable: one reason for each listed recording that is not available.
    ///   - known: all known recordings of the task, by ordinal.
    ///   - looks: the suspects among them that are due to be checked again, by ordinal.
    package func plan(
        offered: [CapturedRecording],
        unusable: [String] = [],
        task: Task,
        known: [KnownRecording],
        looks: [Int64: SuspectLook] = [:]
    ) -> AnswerPlan {
        var plan = AnswerPlan()
        var (known, looks, before) = (known, looks, known.count)
        var named: Set<RecordingKey> = []
        for captured in offered.map({ Self.identified($0, among: known) }) where named.insert(captured.key).inserted {
            let earlier = known.first { $0.key == captured.key }
            let recording = earlier ?? register(captured, &known, &plan)
            let look = looks.removeValue(forKey: recording.ordinal)
            if recording.isWanted(now) || look != nil {
                let fetch = AnswerPlan.Fetch(
                    captured: captured,
                    recording: recording,
                    wasKnown: earlier != nil,
                    look: look
                )
                plan.fetched.append(fetch)
            }
            // The bytes of a version that is named by its digest were lost again; they may be those offered under the
            // first name.
            for lost in known where lost.key.withoutDigest == captured.key && lost.isWanted(now) {
                guard named.insert(lost.key).inserted else { continue }
                var version = captured
                version.key = lost.key
                plan.fetched.append(AnswerPlan.Fetch(captured: version, recording: lost, wasKnown: true))
            }
        }
        plan.missedLooks = looks
        let refusal = unusable.isEmpty ? nil : Set(unusable).sorted().joined(separator: "; ")
        for withdrawn in known where withdrawn.isWanted(now) && !named.contains(withdrawn.key) {
            let reason = "the provider does not offer this recording any more"
            plan.failed.append(
                // What is listed without a way to its bytes may be this recording.
                AnswerPlan.Failure(
                    recording: withdrawn,
                    code: refusal == nil ? .purgedUpstream : .refusedByProvider,
                    reason: reason + (refusal.map { ", unless this is it: \($0)" } ?? "")
                )
            )
        }
        let answer = Answer(
            listed: named.count + unusable.count,
            isNew: known.count > before,
            isHeld: !known.isEmpty,
            unusable: refusal
        )
        decide(answer, task, &plan)
        return plan
    }

    /// The provider refused to answer about this task.
    /// - Parameter reason: the provider's reason.
    package func plan(
        refused reason: String,
        task: Task,
        known: [KnownRecording],
        looks: [Int64: SuspectLook] = [:]
    ) -> AnswerPlan {
        var plan = AnswerPlan()
        guard task.captureRequest != .notRequested else { return plan }
        plan.failed = known.filter { $0.isWanted(now) }.map { recording in
            let reason = "the provider refuses to say where it is: \(reason)"
            return AnswerPlan.Failure(recording: recording, code: .refusedByProvider, reason: reason)
        }
        plan.missedLooks = looks
        decide(Answer(isHeld: !known.isEmpty, refusal: reason), task, &plan)
        return plan
    }

    /// If the provider now gives another end time than that of the held bytes, it offers another version; for example,
    /// it had only a part at first. The version gets an identity of its own, and both are kept (wxcc-api 14).
    private static func identified(_ captured: CapturedRecording, among known: [KnownRecording]) -> CapturedRecording {
        guard let version = captured.asVersion,
            let held = known.first(where: { $0.key == captured.key }), held.wantedTime == nil,
            let stopTime = held.stopTime, stopTime != captured.stopTime
        else { return captured }
        return version
    }

    private func register(
        _ captured: CapturedRecording,
        _ known: inout [KnownRecording],
        _ plan: inout AnswerPlan
    ) -> KnownRecording {
        let (file, distinguisher) = FileName.unused(for: captured.key, among: known.map(\.file))
        let recording = KnownRecording(
            ordinal: Int64(known.count),
            key: captured.key,
            file: file,
            stopTime: captured.stopTime,
            wantedTime: now
        )
        let registration = AnswerPlan.Registration(
            captured: captured,
            recording: recording,
            distinguisher: distinguisher,
            earlier: known.first { $0.key.versioned(until: captured.stopTime) == captured.key }
        )
        plan.registered.append(registration)
        known.append(recording)
        return recording
    }

    /// What an answer means for the question about its task.
    private struct Answer {
        /// How many recordings it listed, usable or not.
        var listed = 0
        /// Whether it listed one that no earlier answer did.
        var isNew = false
        /// Whether recordings of the task are known from any answer.
        var isHeld: Bool
        /// Why some of the listed recordings are not available.
        var unusable: String?
        /// Why the provider refused it.
        var refusal: String?
    }

    private func decide(_ answer: Answer, _ task: Task, _ plan: inout AnswerPlan) {
        // A settled task that is asked about anyway, for `fetch`, stays settled unless there is news. A task without
        // any captures at the provider has no question.
        let hasChanged = answer.isNew || answer.unusable != nil
        guard task.question != nil || hasChanged, task.captureRequest != .notRequested else { return }
        let history = AskHistory.appending(
            found: answer.listed,
            isNew: answer.isNew,
            to: task.question?.history,
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
            firstAskTime: task.question?.firstAskTime ?? now,
            lastAskTime: now,
            trackingID: trackingID
        )
        if case .askAgain(let time) = decision { next.nextAskTime = time }
        plan.question = decision == .settled ? .close : .save(next)
        plan.gap = gap(answer, task, next)
        guard let refusal, refusal != task.question?.refusal else { return }
        plan.refusal = AnswerPlan.Refusal(isOfRecordings: answer.refusal == nil, reason: refusal)
    }

    /// The gap that an answer opens or closes.
    private func gap(_ answer: Answer, _ task: Task, _ next: Question) -> AnswerPlan.GapChange {
        guard answer.unusable != nil || !answer.isHeld else {
            // A refusal says nothing about what exists, and a gap that this answer has opened is not filled by it.
            return answer.refusal == nil && task.hasOpenGap ? .closeIfFilled : .leave
        }
        let standing = GapRule(now: now, horizon: schedule.horizon).standing(
            captureRequest: task.captureRequest,
            status: task.status,
            created: task.createdTime,
            asks: next.history?.asks ?? 0,
            refusal: next.refusal,
            hasUnusable: answer.unusable != nil
        )
        guard case .gap(let reason) = standing else { return .leave }
        return .open(reason, found: answer.listed)
    }
}
