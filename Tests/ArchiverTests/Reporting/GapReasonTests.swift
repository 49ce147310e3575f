import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import Testing

@testable import Archiver

/// What the provider does, and the resulting reason of the gap.
@Suite struct `The reason of a gap` {
    private func story(_ here: Installation, _ task: String) async throws -> [Event.Kind] {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        return try await manifest.events(task: TaskID(task)).collected().map(\.kind)
    }

    @Test func `is that it was purged, if a recording vanishes from the listing before it was fetched`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let served = try #require(here.simulator.servedRecordings().first)
            here.simulator.inject(FaultRule(.media, .always, .status(500), pathContains: served.recording.id))
            let first = try await here.pass()
            #expect(first.summary.recordings.reasons == [.downloadFailed: 1])
            here.simulator.clearFaults()
            here.simulator.removeRecording(served.recording.id)
            here.simulator.clock.advance(by: .seconds(7200))
            let next = try await here.pass()
            #expect(next.summary.recordings.reasons == [.purgedUpstream: 1])
            #expect(!next.isComplete)
            #expect(try await story(here, served.taskID) == [.recordingFailed, .gapOpened, .recordingFailed])
            try await here.explain([try #require(TaskID(served.taskID))])
            #expect(try await here.pass().isComplete)
        }
    }

    @Test func `is that it was purged, if a task is older than the provider keeps recordings`() async throws {
        var mix = CallMix.plain
        mix.missingCalls = [2, 5]
        try await Installation.with(.small(mix: mix)) { here in
            let first = try await here.pass()
            let missing = first.summary.recordings.gaps
            #expect(first.summary.recordings.reasons == [.notYetAvailable: missing])
            here.simulator.clock.advance(by: .seconds(8 * 86_400))
            let organization = try here.organization
            let late = try await here.pass { $0.rules.retention = [organization: .hours(5 * 24)] }
            #expect(late.summary.recordings.reasons == [.purgedUpstream: missing])
            #expect(try await here.pass().summary.recordings.reasons == [.neverAvailable: missing])
        }
    }

    @Test(arguments: [Fault.html200, .json200, .emptyBody])
    func `is damage at the provider, if the media host gives no recording, again and again`(
        _ fault: Fault
    ) async throws {
        try await Installation.with(.small(calls: 3, mix: .plain)) { here in
            let served = try #require(here.simulator.servedRecordings().first)
            here.simulator.inject(FaultRule(.media, .always, fault, pathContains: served.recording.id))
            let result = try await here.pass()
            #expect(result.summary.recordings.reasons == [.damagedAtProvider: 1])
            here.simulator.clearFaults()
            #expect(try await here.pass().isComplete)
            #expect(try await story(here, served.taskID) == [.recordingFailed, .gapOpened, .gapFilled])
            try await here.expectWhole()
        }
    }
}
