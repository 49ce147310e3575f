import Foundation
import Recordings
import Testing

@Suite struct `What the listing changes` {
    private static let created = Offered.created

    private func listed(
        _ request: CaptureRequest = .requested,
        status: String = "completed",
        channel: String = "telephony"
    ) throws -> ListedTask {
        ListedTask(
            id: try #require(TaskID("t")),
            createdTime: Self.created,
            lastUpdatedTime: Self.created + .minutes(5),
            channelType: channel,
            status: TaskStatus(status),
            captureRequest: request,
            json: ProviderJSON(redacted: "{}")
        )
    }

    private func known(
        _ request: CaptureRequest = .requested,
        status: String = "completed",
        isListed: Bool = true,
        isQueued: Bool = false,
        hasCallFacts: Bool = true
    ) -> ListingPlan.Known {
        ListingPlan.Known(
            channelType: "telephony",
            status: TaskStatus(status),
            captureRequest: request,
            isListed: isListed,
            isQueued: isQueued,
            hasCallFacts: hasCallFacts
        )
    }

    private static let whenOver = ListingPlan.QuestionChange.open(next: created + .minutes(5))

    @Test(
        arguments: [
            (.requested, whenOver), (.undetermined, whenOver), (.notRequested, .leave),
        ] as [(CaptureRequest, ListingPlan.QuestionChange)]
    )
    func `by a task that was not known`(request: CaptureRequest, question: ListingPlan.QuestionChange) throws {
        let plan = try ListingPlan(listed(request), known: nil) { true }
        #expect(plan.outcome == .new)
        #expect(plan.question == question)
        #expect(plan.writing == .queue)
        #expect(plan.captureRequest == request)
    }

    @Test(
        arguments: [
            (.requested, .notRequested, .close), (.undetermined, .notRequested, .close),
            (.notRequested, .requested, whenOver), (.undetermined, .requested, whenOver),
            (.notRequested, .undetermined, whenOver), (.requested, .requested, .leave),
        ] as [(CaptureRequest, CaptureRequest, ListingPlan.QuestionChange)]
    )
    func `by another word on whether a recording was requested`(
        before: CaptureRequest,
        request: CaptureRequest,
        question: ListingPlan.QuestionChange
    ) throws {
        let plan = try ListingPlan(listed(request), known: known(before)) { false }
        #expect(plan.question == question)
        #expect(plan.outcome == (before == request ? .known : .changed))
        #expect(plan.writing == (before == request ? .leave : .queue))
    }

    @Test func `nothing, if another source says that there is a recording and the listing says that there is none`()
        throws
    {
        let plan = try ListingPlan(listed(.notRequested), known: known(.requested)) { true }
        #expect(plan.captureRequest == .requested)
        #expect(plan.question == .leave)
        #expect(plan.outcome == .known)
        let undetermined = try ListingPlan(listed(.notRequested), known: known(.undetermined)) { true }
        #expect(undetermined.captureRequest == .requested)
        #expect(undetermined.question == Self.whenOver)
    }

    @Test func `by a call that is over by now: it is asked about earlier`() throws {
        let plan = try ListingPlan(listed(), known: known(status: "connected")) { false }
        #expect(plan.question == .bringForward(to: Self.created + .minutes(5)))
        #expect(plan.outcome == .changed)
    }

    @Test func `by a call under way: it is asked about when it must have ended`() throws {
        let plan = try ListingPlan(listed(status: "connected"), known: nil) { false }
        #expect(plan.question == .open(next: Self.created + .hours(24)))
    }

    @Test func `by a task that was known by its ID only: it counts as new`() throws {
        let plan = try ListingPlan(listed(), known: known(isListed: false)) { false }
        #expect(plan.outcome == .new)
        #expect(plan.writing == .queue)
    }

    @Test(
        arguments: [
            (true, true, .queueIfOther), (true, false, .queueIfOther),
            (false, true, .leave), (false, false, .readFacts),
        ] as [(Bool, Bool, ListingPlan.Writing)]
    )
    func `by a task that is as it was: what is written down`(
        isQueued: Bool,
        hasCallFacts: Bool,
        writing: ListingPlan.Writing
    ) throws {
        let same = known(isQueued: isQueued, hasCallFacts: hasCallFacts)
        let plan = try ListingPlan(listed(), known: same) { false }
        #expect(plan.writing == writing)
        #expect(plan.outcome == .known)
    }
}
