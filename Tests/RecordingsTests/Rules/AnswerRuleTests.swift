import Foundation
import Recordings
import Testing

@Suite struct `What an answer changes` {
    private let now = Offered.created + .minutes(10)
    private var rule: AnswerRule {
        AnswerRule(schedule: AskSchedule(horizon: .hours(168)), now: now, trackingID: "track")
    }

    private func task(
        _ request: CaptureRequest = .requested,
        question: Question? = Question(nextAskTime: Offered.created),
        hasOpenGap: Bool = false
    ) -> AnswerRule.Task {
        AnswerRule.Task(
            createdTime: Offered.created,
            status: TaskStatus("completed"),
            captureRequest: request,
            question: question,
            hasOpenGap: hasOpenGap
        )
    }

    /// What was known before about a recording that an answer offers.
    enum Before: CaseIterable {
        case unknown, held, wanted, failedAndResting, failedAndDue, suspectAndDue
    }

    @Test(
        arguments: [
            (.unknown, true, true, false), (.held, false, false, false), (.wanted, true, false, true),
            (.failedAndResting, false, false, false), (.failedAndDue, true, false, true),
            (.suspectAndDue, true, false, true),
        ] as [(Before, Bool, Bool, Bool)]
    )
    func `of a recording that is offered, by what is known of it`(
        before: Before,
        isFetched: Bool,
        isRegistered: Bool,
        wasKnown: Bool
    ) throws {
        let captured = try Offered.recording()
        let look = SuspectLook(digests: [], validator: nil, path: "data/t/r1.wav")
        let known: [KnownRecording] =
            switch before {
            case .unknown: []
            case .held, .suspectAndDue: [Offered.known(captured)]
            case .wanted: [Offered.known(captured, wanted: Offered.created)]
            case .failedAndResting: [Offered.known(captured, wanted: now + .minutes(1), failure: "it stalled")]
            case .failedAndDue: [Offered.known(captured, wanted: now, failure: "it stalled")]
            }
        let plan = rule.plan(
            offered: [captured],
            task: task(),
            known: known,
            looks: before == .suspectAndDue ? [0: look] : [:]
        )
        #expect(plan.fetched.map(\.captured) == (isFetched ? [captured] : []))
        #expect(plan.registered.map(\.captured) == (isRegistered ? [captured] : []))
        #expect(plan.fetched.contains { $0.wasKnown } == wasKnown)
        #expect(plan.fetched.first?.look == (before == .suspectAndDue ? look : nil))
        #expect(plan.missedLooks.isEmpty)
        #expect(plan.failed.isEmpty)
        #expect(plan.gap == .leave)
    }

    @Test func `the same recording twice in one answer is one`() throws {
        let captured = try Offered.recording()
        let plan = rule.plan(offered: [captured, captured], task: task(), known: [])
        #expect(plan.registered.count == 1)
        #expect(plan.fetched.count == 1)
    }

    @Test func `recordings that differ get names and numbers of their own`() throws {
        let offered = [try Offered.recording(1), try Offered.recording(1, file: "Recording-1.WAV")]
        let plan = rule.plan(offered: offered, task: task(), known: [])
        #expect(plan.registered.map(\.recording.ordinal) == [0, 1])
        let names = Set(plan.registered.map { $0.recording.file.description.lowercased() })
        #expect(names.count == 2)
    }

    @Test func `what is held and ends at another time by now is another version, and both are kept`() throws {
        let before = try Offered.recording(stop: .minutes(2))
        let plan = rule.plan(
            offered: [try Offered.recording(stop: .minutes(3))],
            task: task(),
            known: [Offered.known(before)]
        )
        let version = try #require(plan.registered.first)
        #expect(version.recording.key == before.key.versioned(until: Offered.created + .minutes(3)))
        #expect(version.earlier?.key == before.key)
        #expect(plan.fetched.map(\.recording.ordinal) == [1])
    }

    @Test func `lost bytes of a version are looked for under the first one's name`() throws {
        let captured = try Offered.recording()
        var version = Offered.known(captured, ordinal: 1, wanted: Offered.created)
        version.key = captured.key.versioned(try Offered.digest(1))
        let plan = rule.plan(offered: [captured], task: task(), known: [Offered.known(captured), version])
        #expect(plan.fetched.map(\.captured.key) == [version.key])
        #expect(plan.failed.isEmpty)
    }

    @Test func `what is wanted and not offered has failed, and a suspect that is not offered was looked for`() throws {
        let wanted = Offered.known(try Offered.recording(1), wanted: Offered.created)
        let suspect = Offered.known(try Offered.recording(2), ordinal: 1)
        let look = SuspectLook(digests: [], validator: "tag", path: "data/t/r2.wav")
        let plan = rule.plan(offered: [], task: task(), known: [wanted, suspect], looks: [1: look])
        #expect(plan.failed.map(\.recording) == [wanted])
        #expect(plan.failed.map(\.code) == [.purgedUpstream])
        #expect(plan.missedLooks == [1: look])
    }

    @Test func `what is wanted and perhaps listed without a way to its bytes is not called purged`() throws {
        let wanted = Offered.known(try Offered.recording(1), wanted: Offered.created)
        let plan = rule.plan(
            offered: [],
            unusable: ["a recording has no usable filePath (r1)"],
            task: task(),
            known: [wanted]
        )
        #expect(plan.failed.map(\.recording) == [wanted])
        #expect(plan.failed.map(\.code) == [.refusedByProvider])
        #expect(plan.failed.first?.reason.contains("a recording has no usable filePath (r1)") == true)
    }

    @Test func `a refusal fails what is wanted, does not affect what is held, and is reported once`() throws {
        let wanted = Offered.known(try Offered.recording(1), wanted: Offered.created)
        let held = Offered.known(try Offered.recording(2), ordinal: 1)
        let plan = rule.plan(refused: "404", task: task(hasOpenGap: true), known: [wanted, held])
        #expect(plan.failed.map(\.recording) == [wanted])
        #expect(plan.failed.map(\.code) == [.refusedByProvider])
        #expect(plan.refusal == AnswerPlan.Refusal(isOfRecordings: false, reason: "404"))
        #expect(plan.gap == .leave)
        let again = rule.plan(refused: "404", task: task(question: Question(refusal: "404")), known: [])
        #expect(again.refusal == nil)
        #expect(again.gap == .open(.refusedByProvider, found: 0))
        #expect(rule.plan(refused: "404", task: task(.notRequested), known: [wanted]) == AnswerPlan())
    }

    @Test func `an empty answer is not the last word: it opens a gap, and the task is asked about again`() {
        let plan = rule.plan(offered: [], task: task(), known: [])
        guard case .save(let question) = plan.question else { return #expect(plan.question == .leave) }
        #expect(question.nextAskTime == now + .minutes(5))
        #expect(question.history == AskHistory(asks: 1, found: 0, unchangedSince: now))
        #expect(question.trackingID == "track")
        #expect(plan.gap == .open(.notYetAvailable, found: 0))
    }

    @Test func `what is listed and unavailable is a gap whatever is held, and each reason is reported once`() throws {
        let captured = try Offered.recording()
        let reasons = ["no URL", "a name that is none", "no URL"]
        let plan = rule.plan(
            offered: [captured],
            unusable: reasons,
            task: task(),
            known: [Offered.known(captured)]
        )
        #expect(plan.gap == .open(.unusable, found: 4))
        #expect(plan.refusal == AnswerPlan.Refusal(isOfRecordings: true, reason: "a name that is none; no URL"))
        guard case .save(let question) = plan.question else { return #expect(plan.question == .leave) }
        #expect(question.nextAskTime != nil)
    }

    @Test func `a gap is closed by an answer that has what was missing, if it was open`() throws {
        let captured = try Offered.recording()
        for hasOpenGap in [true, false] {
            let plan = rule.plan(offered: [captured], task: task(hasOpenGap: hasOpenGap), known: [])
            #expect(plan.gap == (hasOpenGap ? .closeIfFilled : .leave))
        }
    }

    @Test func `a settled task stays settled, unless there is news`() throws {
        let captured = try Offered.recording()
        let settled = task(question: nil)
        #expect(rule.plan(offered: [captured], task: settled, known: [Offered.known(captured)]).question == .leave)
        let news = rule.plan(offered: [captured], task: settled, known: [])
        #expect(news.question != .leave)
        #expect(news.question != .close)
    }

    @Test func `two equal answers an hour apart settle a task that is over`() throws {
        let captured = try Offered.recording()
        let history = AskHistory(asks: 1, found: 1, unchangedSince: now - .hours(1))
        let asked = task(question: Question(history: history))
        #expect(rule.plan(offered: [captured], task: asked, known: [Offered.known(captured)]).question == .close)
    }

    @Test func `a task that was not requested has no question, and its recordings are fetched all the same`() throws {
        let plan = rule.plan(offered: [try Offered.recording()], task: task(.notRequested), known: [])
        #expect(plan.question == .leave)
        #expect(plan.fetched.count == 1)
    }
}
