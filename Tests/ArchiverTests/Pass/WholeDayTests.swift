import DailyArchive
import Foundation
import Manifest
import Recordings
import Simulator
import Testing
import WebexContactCenter

@testable import Archiver

@Suite struct `A whole day` {
    @Test func `is archived to the byte, sealed once, and complete`() async throws {
        try await Installation.with(.small(calls: 20)) { here in
            let result = try await here.pass()
            #expect(result.failure == nil)
            #expect(result.isComplete)
            #expect(result.archives.map(\.name.description) == ["acme-2025-11-20-001"])
            #expect(result.summary.recordings.archived == result.summary.recordings.known)
            try await here.expectWhole()
        }
    }

    @Test func `has its transcripts archived beside the audio`() async throws {
        var mix = CallMix.typical
        mix.transcriptShare = 1
        try await Installation.with(.small(mix: mix)) { here in
            try await here.pass()
            let offered = try await here.truth("recordings").filter { $0["type"] == "transcription" }
            let held = try await here.recordings().filter { $0.key.kind == .transcription }
            #expect(!offered.isEmpty)
            #expect(
                held.compactMap { $0.held?.digest.description }.sorted() == offered.compactMap { $0["sha256"] }.sorted()
            )
        }
    }

    @Test func `is not downloaded or changed by a second pass`() async throws {
        try await Installation.with(.small()) { here in
            try await here.pass()
            let (files, rows) = (try here.sealedFiles(), try await here.rows())
            here.simulator.resetCounters()
            let again = try await here.pass()
            #expect(again.isComplete)
            #expect(again.archives == [])
            #expect(here.simulator.counters.requests(to: .media) == 0)
            #expect(try here.sealedFiles() == files)
            #expect(try await here.rows() == rows)
        }
    }

    @Test func `gains one supplement by one late recording`() async throws {
        try await Installation.with(.small()) { here in
            try await here.pass()
            let files = try here.sealedFiles()
            let task = try #require(here.recordedTasks.first)
            let late = try here.simulator.addRecording(to: task)
            here.simulator.clock.advance(by: .seconds(7200))
            here.simulator.resetCounters()
            let again = try await here.pass()
            #expect(again.archives.map(\.name.description) == ["acme-2025-11-20-002"])
            #expect(again.archives.map(\.recordings) == [1])
            #expect(here.simulator.counters.requests(to: .media) == 1)
            #expect(try await here.held().map(\.recording).contains(late))
            let now = try here.sealedFiles()
            #expect(files.allSatisfy { now[$0.key] == $0.value })
            try await here.expectWhole()
        }
    }

    @Test func `is archived by the daily job, which resumes from where it was`() async throws {
        let days = ["2025-11-19", "2025-11-20"]
        try await Installation.with(.small(days: days)) { here in
            let first = try await here.pass(.sinceLastPass)
            #expect(first.archives.map(\.name.description) == ["acme-2025-11-19-001", "acme-2025-11-20-001"])
            here.simulator.clock.advance(by: .seconds(86_400))
            let next = try await here.pass(.sinceLastPass)
            #expect(next.window.range.lowerBound == first.window.range.upperBound - .hours(48))
            #expect(next.isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `under way is stored and not sealed, and sealed when it is over`() async throws {
        let noon = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).lowerBound + .hours(18)
        let start = SimulatedClock.Start.at(Moment(noon.millisecondsSince1970))
        try await Installation.with(.small(calls: 20, clock: start)) { here in
            let first = try await here.pass()
            #expect(first.archives == [])
            #expect(first.summary.recordings.stored > 0)
            #expect(first.summary.recordings.archived == 0)
            here.simulator.clock.advance(by: .seconds(36 * 3600))
            let next = try await here.pass()
            #expect(next.archives.map(\.name.sequence) == [1])
            try await here.expectWhole()
        }
    }
}

@Suite struct `What the provider says late` {
    @Test func `a task is asked about whose capture turns out to have been requested`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let task = try #require(here.recordedTasks.first)
            let settled = here.simulator.clock.now + .seconds(3 * 3600)
            here.simulator.setCaptureRequested(nil, of: task)
            here.simulator.holdBackCaptures(of: task, until: settled)
            let first = try await here.pass()
            #expect(first.summary.tasks.undetermined == 1)
            #expect(!first.isComplete)
            here.simulator.setCaptureRequested(true, of: task)
            here.simulator.clock.advance(by: .seconds(4 * 3600))
            let next = try await here.pass()
            #expect(next.summary.tasks.undetermined == 0)
            #expect(next.isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `a recording that is not there yet is a gap, and incomplete, until a later pass fills it`() async throws
    {
        try await Installation.with(.small(mix: .plain)) { here in
            let task = try #require(here.recordedTasks.last)
            here.simulator.holdBackCaptures(of: task, until: here.simulator.clock.now + .seconds(3600))
            let first = try await here.pass()
            #expect(first.summary.recordings.gaps == 1)
            #expect(!first.isComplete)
            #expect(try await here.gaps().map(\.taskID.description) == [task])
            #expect(try await here.gaps().map(\.reason) == [.notYetAvailable])
            here.simulator.clock.advance(by: .seconds(2 * 3600))
            let next = try await here.pass()
            #expect(next.isComplete)
            #expect(try await here.gaps() == [])
            #expect(next.archives.map(\.name.sequence) == [2])
            try await here.expectWhole()
        }
    }

    @Test func `a recording that never comes keeps its day incomplete, past the horizon too, until it is explained`()
        async throws
    {
        var mix = CallMix.plain
        mix.missingCalls = [1, 2, 6]
        try await Installation.with(.small(mix: mix)) { here in
            let first = try await here.pass()
            #expect(!first.isComplete)
            here.simulator.clock.advance(by: .seconds(8 * 86_400))
            let later = try await here.pass()
            #expect(!later.isComplete)
            #expect(later.summary.recordings.gaps == first.summary.recordings.gaps)
            let gaps = try await here.gaps()
            #expect(!gaps.isEmpty && gaps.allSatisfy { $0.reason == .neverAvailable })
            #expect(gaps.allSatisfy { $0.evidence.trackingID != nil && $0.evidence.asks ?? 0 > 1 })
            try await here.explain(gaps.map(\.taskID))
            let last = try await here.pass()
            #expect(last.isComplete)
            #expect(last.summary.recordings.explained == gaps.count)
            #expect(last.summary.recordings.unexplained == 0)
        }
    }

    @Test func `the early-access platform brings the same, and is asked for what it has only`() async throws {
        var options = SimulatorOptions.unlimited
        options.isEarlyAccess = true
        try await Installation.with(.small(), options: options) { here in
            let result = try await here.pass { setup in setup.providers[0].dialect = .earlyAccess }
            #expect(result.isComplete)
            try await here.expectWhole()
            #expect(result.activities?.absence?.contains("the early-access platform has no such call") == true)
            #expect(here.simulator.counters.requests(to: .activities) == 0)
            #expect(here.simulator.counters.statuses[404] == nil)
        }
    }
}
