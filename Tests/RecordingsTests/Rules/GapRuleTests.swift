import Foundation
import Recordings
import Testing

@Suite struct GapRuleTests {
    private let created = Timestamp(millisecondsSince1970: 1_763_625_600_000)

    private func standing(
        _ request: CaptureRequest,
        status: String = "completed",
        asks: Int = 3,
        refusal: String? = nil,
        after: Duration
    ) -> TaskStanding {
        GapRule(now: created + after, horizon: .hours(168)).standing(
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

    @Test func `time alone proves nothing without a request`() {
        #expect(standing(.requested, asks: 0, after: .hours(10_000)) == .gap(.notAskedYet))
        #expect(standing(.undetermined, asks: 0, after: .hours(10_000)) == .undetermined)
    }

    @Test func `a task about which nothing is known is a gap only after the horizon`() {
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
