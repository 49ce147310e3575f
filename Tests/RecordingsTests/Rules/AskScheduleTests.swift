import Foundation
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
