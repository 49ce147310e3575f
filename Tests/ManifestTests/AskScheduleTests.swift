import Foundation
import Manifest
import Recordings
import Testing

@Suite struct AskScheduleTests {
    private let created = Timestamp(millisecondsSince1970: 1_763_625_600_000)
    private let schedule = AskSchedule(horizon: .hours(168))

    private func decision(
        _ asks: Int,
        found: Int = 0,
        unchangedFor: Duration = .zero,
        isHeld: Bool = false,
        hasUnusable: Bool = false,
        isTerminal: Bool = true,
        after: Duration
    ) -> AskDecision {
        let now = created + after
        let history = AskHistory(asks: asks, found: found, unchangedSince: now - unchangedFor)
        return schedule.decision(
            after: history,
            isHeld: isHeld,
            hasUnusable: hasUnusable,
            created: created,
            isTerminal: isTerminal,
            now: now
        )
    }

    @Test func `a call that is over is asked about at once, one under way when it should have ended`() {
        let updated = created + .minutes(5)
        #expect(AskSchedule.firstAsk(created: created, lastUpdated: updated, isTerminal: true) == updated)
        #expect(AskSchedule.firstAsk(created: created, lastUpdated: nil, isTerminal: true) == created)
        let late = AskSchedule.firstAsk(created: created, lastUpdated: updated, isTerminal: false)
        #expect(late == created + .hours(24))
    }

    @Test(arguments: [
        (1, 5), (2, 15), (3, 30), (4, 60), (5, 120), (6, 360), (7, 720), (8, 1440), (9, 1440), (99, 1440),
    ])
    func `after an empty answer the wait grows to a day`(asks: Int, minutes: Int) {
        let now = created + .hours(1)
        #expect(decision(asks, after: .hours(1)) == .askAgain(at: now + .minutes(minutes)))
    }

    @Test func `asking ends at the horizon`() {
        #expect(decision(9, after: .hours(168)) == .exhausted)
        #expect(decision(9, after: .hours(168) - .milliseconds(1)) != .exhausted)
        #expect(decision(9, found: 1, after: .hours(168)) == .settled)
        #expect(decision(9, isHeld: true, after: .hours(168)) == .settled)
    }

    @Test func `one empty answer is never the last word`() {
        #expect(decision(1, after: .hours(10_000)) == .askAgain(at: created + .hours(10_000) + .minutes(5)))
        #expect(decision(2, after: .hours(10_001)) == .exhausted)
    }

    @Test func `an answer with something unusable settles nothing, however often it comes`() {
        for (asks, hours, wait) in [(1, 1, 5), (2, 2, 15), (9, 100, 1440)] {
            let answer = decision(
                asks,
                found: 2,
                unchangedFor: .hours(hours),
                isHeld: true,
                hasUnusable: true,
                after: .hours(hours)
            )
            #expect(answer == .askAgain(at: created + .hours(hours) + .minutes(wait)))
        }
        #expect(decision(9, found: 2, isHeld: true, hasUnusable: true, after: .hours(168)) == .exhausted)
        let first = decision(1, found: 2, isHeld: true, hasUnusable: true, after: .hours(168))
        #expect(first == .askAgain(at: created + .hours(168) + .minutes(5)))
    }

    @Test func `two equal answers an hour apart settle a call that is over`() {
        let now = created + .hours(2)
        #expect(decision(1, found: 2, after: .hours(2)) == .askAgain(at: now + .hours(1)))
        #expect(decision(2, found: 2, unchangedFor: .minutes(59), after: .hours(2)) == .askAgain(at: now + .minutes(1)))
        #expect(decision(2, found: 2, unchangedFor: .minutes(60), after: .hours(2)) == .settled)
        let open = decision(2, found: 2, unchangedFor: .minutes(60), isTerminal: false, after: .hours(2))
        #expect(open == .askAgain(at: now + .minutes(15)))
    }

    @Test func `a changed answer starts the hour anew`() {
        let first = AskHistory.appending(found: 1, isNew: true, to: nil, now: created)
        #expect(first == AskHistory(asks: 1, found: 1, unchangedSince: created))
        let equal = AskHistory.appending(found: 1, isNew: false, to: first, now: created + .minutes(30))
        #expect(equal == AskHistory(asks: 2, found: 1, unchangedSince: created))
        let grown = AskHistory.appending(found: 2, isNew: true, to: equal, now: created + .minutes(50))
        #expect(grown == AskHistory(asks: 3, found: 2, unchangedSince: created + .minutes(50)))
        let shrunk = AskHistory.appending(found: 1, isNew: false, to: grown, now: created + .minutes(55))
        #expect(shrunk.unchangedSince == created + .minutes(55))
    }
}

@Suite struct StandpointTests {
    private let created = Timestamp(millisecondsSince1970: 1_763_625_600_000)

    private func standing(
        _ request: CaptureRequest,
        status: String = "completed",
        asks: Int = 3,
        refusal: String? = nil,
        after: Duration
    ) -> TaskStanding {
        let now = created + after
        let standpoint = Standpoint(now: now, today: ArchiveDay(now, in: .gmt), horizon: .hours(168))
        return standpoint.standing(
            captureRequest: request,
            status: TaskStatus(status),
            created: created,
            asks: asks,
            refusal: refusal
        )
    }

    @Test func `a task that should have a recording is a gap, open until the horizon`() {
        #expect(standing(.requested, after: .minutes(5)) == .gap(.notYetAvailable))
        #expect(standing(.requested, after: .hours(168) - .milliseconds(1)) == .gap(.notYetAvailable))
        #expect(standing(.requested, after: .hours(168)) == .gap(.neverAvailable))
    }

    @Test func `what is older than the provider keeps recordings is purged`() {
        #expect(standing(.requested, after: .hours(1095 * 24)) == .gap(.purgedUpstream))
        #expect(standing(.requested, after: .hours(1095 * 24) - .milliseconds(1)) == .gap(.neverAvailable))
        #expect(standing(.requested, asks: 0, after: .hours(1095 * 24)) == .gap(.notAskedYet))
    }

    @Test func `time alone proves nothing where nobody asked`() {
        #expect(standing(.requested, asks: 0, after: .hours(10_000)) == .gap(.notAskedYet))
        #expect(standing(.undetermined, asks: 0, after: .hours(10_000)) == .undetermined)
    }

    @Test func `a task of which nothing is said is a gap only after the horizon`() {
        #expect(standing(.undetermined, after: .hours(1)) == .undetermined)
        #expect(standing(.undetermined, after: .hours(168)) == .gap(.undetermined))
    }

    @Test func `a call under way is no gap, for a day`() {
        for request in [CaptureRequest.requested, .undetermined] {
            #expect(standing(request, status: "assigned", after: .hours(24)) == .inProgress)
        }
        #expect(standing(.requested, status: "assigned", after: .hours(25)) == .gap(.notYetAvailable))
        #expect(standing(.undetermined, status: "assigned", after: .hours(25)) == .undetermined)
    }

    @Test func `what was not requested is no gap, and what was refused says so`() {
        #expect(standing(.notRequested, after: .hours(10_000)) == .notRequested)
        #expect(standing(.requested, refusal: "404", after: .hours(1)) == .gap(.refusedByProvider))
        #expect(standing(.undetermined, refusal: "404", after: .hours(1)) == .gap(.refusedByProvider))
    }
}
