import Foundation
import Recordings
import Testing

@testable import Manifest

@Suite struct `The state of a call` {
    private static func gap(_ reason: GapReason, isExplained: Bool = false) -> Gap? {
        guard let organization = OrganizationName("acme"), let task = TaskID("t"), let day = ArchiveDay("2025-11-20")
        else { return nil }
        let explanation = GapExplanation(
            reason: .other,
            note: "n",
            author: "a",
            time: Timestamp(millisecondsSince1970: 0)
        )
        return Gap(
            organization: organization,
            day: day,
            taskID: task,
            createdTime: Timestamp(millisecondsSince1970: 0),
            reason: reason,
            explanation: isExplained ? explanation : nil
        )
    }

    static let cases: [([RecordingState], [Gap?], Bool, CallState)] = [
        ([], [], false, .none), ([], [], true, .pending), ([.archived], [], false, .complete),
        ([.archived, .stored], [], false, .complete), ([.archived], [], true, .complete),
        ([.archived, .pending], [], false, .pending), ([], [gap(.notYetAvailable)], false, .pending),
        ([], [gap(.notAskedYet)], false, .pending), ([], [gap(.notAskedYet, isExplained: true)], false, .explained),
        ([], [gap(.neverAvailable)], false, .missing), ([.archived], [gap(.unusable)], false, .missing),
        ([.archived, .failed], [gap(.downloadFailed)], false, .missing),
        ([.pending, .failed], [gap(.downloadFailed)], false, .missing),
        ([], [gap(.neverAvailable, isExplained: true)], false, .explained),
        ([.archived, .failed], [gap(.downloadFailed, isExplained: true)], false, .explained),
        ([.pending], [gap(.neverAvailable, isExplained: true)], false, .pending),
        ([.failed], [gap(.downloadFailed, isExplained: true), gap(.unusable)], false, .missing),
        ([.damaged, .archived], [], false, .damaged), ([.damaged], [gap(.neverAvailable)], false, .damaged),
        ([.damaged], [gap(.lost)], false, .damaged), ([.damaged], [gap(.lost, isExplained: true)], false, .explained),
        ([.damaged, .damaged], [gap(.lost, isExplained: true)], false, .damaged),
    ]

    @Test(arguments: cases)
    func `is the worst that is known of it`(
        _ recordings: [RecordingState],
        _ gaps: [Gap?],
        _ isOpen: Bool,
        _ state: CallState
    ) {
        #expect(CallState(recordings: recordings, gaps: gaps.compactMap(\.self), isOpen: isOpen) == state)
    }

    @Test func `follows the manifest, and calls that need nothing are among them`() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.store(try await fixture.known([1]))
            _ = try await fixture.known([2])
            _ = try await fixture.list([
                try Fixture.task(3), try Fixture.task(4, status: "abandoned", request: .notRequested),
            ])
            func states(_ state: ListFilter.State? = nil, after: Duration = .hours(1)) async throws -> [String] {
                let filter = ListFilter(organization: fixture.acme, state: state)
                let calls = try await fixture.manifest.calls(filter, at: Fixture.standpoint(after: after)).collected()
                return calls.map { "\($0.taskID.description.suffix(1)) \($0.state)" }
            }
            #expect(try await states() == ["1 complete", "2 pending", "3 pending", "4 none"])
            #expect(try await states(.recording(.stored)) == ["1 complete"])
            #expect(try await states(.recording(.pending)) == ["2 pending", "3 pending"])
            #expect(try await states(.missing) == [])
            #expect(try await states(.explained) == [])
        }
    }
}
