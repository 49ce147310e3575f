import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Synchronization
import Testing
import Transfer
import WebexContactCenter

@testable import Archiver
@testable import Simulator

/// Faults of media hosts, and of what is in front of them, in downloads.
@Suite struct `A media host that fails` {
    /// Permanent faults, each with a part of the reason that the manifest has to give.
    static let lasting: [(Fault, String)] = [
        (.status(500), "answered 500"), (.xmlSlowDown, "503 (SlowDown)"), (.status(429), "answered 429"),
        (.html200, "not audio but html"), (.json200, "not audio but json"), (.emptyBody, "empty"),
        (.truncate(afterBytes: 100), "media"), (.reset(afterBytes: 100), "media"), (.xmlExpired, "403 (AccessDenied)"),
        (.status(404), "answered 404"), (.status(301, headers: ["Location": "http://example.com/x"]), "example.com"),
    ]

    @Test(arguments: lasting)
    func `for good leaves the recording failed with its reason, and the next pass has it`(
        _ fault: Fault,
        _ reason: String
    ) async throws {
        try await Installation.with(.small(calls: 3, mix: .plain)) { here in
            here.simulator.inject(FaultRule(.media, .always, fault))
            let result = try await here.pass()
            #expect(result.failure == nil)
            #expect(!result.isComplete)
            #expect(result.archives == [])
            let rows = try await here.recordings()
            #expect(!rows.isEmpty)
            for row in rows {
                #expect(row.state == .failed)
                #expect(row.held == nil)
                #expect(row.attempts > 0)
                #expect(row.reason?.contains(reason) == true)
                #expect(row.reason?.contains("X-Amz") == false)
            }
            here.simulator.clearFaults()
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `with other bytes at every answer never mixes two objects`() async throws {
        try await Installation.with(.small(calls: 3, scale: 0.02, mix: .plain)) { here in
            here.simulator.inject(FaultRule(.media, .first(3), .truncate(afterBytes: 5000)))
            here.simulator.inject(FaultRule(.media, .first(8), .changingETag))
            let result = try await here.pass()
            #expect(result.failure == nil)
            here.simulator.clearFaults()
            let offered = here.offered()
            // A recording that changed after it was fetched cannot be held in its present form; what is held was whole
            // at that time.
            #expect(try await here.held().count == offered.count)
            #expect(try await here.recordings().allSatisfy { $0.held?.suspicion == nil })
            #expect(try await here.verify() == [])
        }
    }

    @Test func `in the middle of a large recording is resumed, and not started again`() async throws {
        try await Installation.with(.small(calls: 1, scale: 0.5, mix: .plain)) { here in
            here.simulator.inject(FaultRule(.media, .first(2), .truncate(afterBytes: 20_000)))
            let offered = here.simulator.servedRecordings().reduce(0) { $0 + $1.byteCount }
            let result = try await here.pass { $0.rules.downloads.concurrency = 1 }
            #expect(result.isComplete)
            #expect(here.simulator.counters.statuses[206, default: 0] >= 1)
            #expect(here.simulator.counters.mediaBytes == offered)
            try await here.expectWhole()
        }
    }

    @Test func `that loses recordings holds no others up`() async throws {
        try await Installation.with(.small(calls: 12, mix: .plain)) { here in
            let served = here.simulator.servedRecordings()
            // In whatever order they are fetched, one of these two is the last.
            let lost = served.dropFirst().dropLast()
            for recording in lost.map(\.recording) {
                here.simulator.inject(FaultRule(.media, .always, .status(404), pathContains: recording.id))
            }
            let outcomes = Mutex<[String]>([])
            let result = try await here.pass {
                $0.rules.downloads.concurrency = 1
                $0.rules.downloads.retry = RetryPolicy(attempts: 2, baseDelay: .seconds(4))
            } observer: { event in
                switch event {
                case .stored: outcomes.withLock { $0.append("stored") }
                case .failed: outcomes.withLock { $0.append("failed") }
                default: break
                }
            }
            #expect(result.summary.recordings.failed == lost.count)
            let told = outcomes.withLock(\.self)
            #expect(told.count == served.count)
            #expect(told.last == "failed")
        }
    }

    @Test func `that loses a recording leaves it failed, not archived`() async throws {
        try await Installation.with(.small(calls: 3, mix: .plain)) { here in
            let gone = try #require(here.simulator.servedRecordings().first)
            here.simulator.inject(FaultRule(.media, .always, .status(404), pathContains: gone.recording.id))
            let result = try await here.pass()
            #expect(result.summary.recordings.failed == 1)
            #expect(result.archives.count == 1)
            here.simulator.removeRecording(gone.recording.id)
            here.simulator.clearFaults()
            here.simulator.clock.advance(by: .seconds(3600))
            let next = try await here.pass()
            let row = try #require(
                try await here.recordings().first { $0.key.recordingID.description == gone.recording.id }
            )
            #expect(row.state == .failed || row.state == .pending)
            #expect(!next.isComplete)
        }
    }

    @Test func `with a file that stays shorter than it says is believed the second time, with a suspicion`()
        async throws
    {
        try await Installation.with(.small(calls: 4, scale: 0.05, mix: .plain)) { here in
            // A streaming writer's header does not state the size; other headers do.
            here.simulator.inject(FaultRule(.media, .always, .shortened(toBytes: 900)))
            let result = try await here.pass()
            #expect(result.isComplete)
            let rows = try await here.recordings()
            let suspected = rows.filter { $0.held?.suspicion != nil }
            #expect(!suspected.isEmpty)
            #expect(rows.allSatisfy { $0.held?.byteCount == 900 })
            #expect(rows.allSatisfy { $0.attempts == ($0.held?.suspicion == nil ? 1 : 2) })
            #expect(here.simulator.counters.requests(to: .media) == rows.count + suspected.count)
        }
    }

    @Test func `with a file that is shorter than it says once is asked again, and has the whole`() async throws {
        try await Installation.with(.small(calls: 4, scale: 0.05, mix: .plain)) { here in
            for served in here.simulator.servedRecordings() where !served.held.sound.layout.isStreaming {
                let id = served.recording.id
                here.simulator.inject(FaultRule(.media, .first(1), .shortened(toBytes: 900), pathContains: id))
            }
            #expect(try await here.pass().isComplete)
            #expect(try await here.recordings().allSatisfy { $0.held?.suspicion == nil })
            try await here.expectWhole()
        }
    }

    @Test func `is left alone by a pass that only fetches what is known, except for what failed`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let bad = try #require(here.simulator.servedRecordings().last)
            here.simulator.inject(FaultRule(.media, .always, .status(500), pathContains: bad.recording.id))
            try await here.pass(.sinceLastPass)
            here.simulator.clearFaults()
            here.simulator.resetCounters()
            let result = try await here.pass(.sinceLastPass, onlyUnreceived: true)
            #expect(result.isComplete)
            #expect(here.simulator.counters.requests(to: .tasks) == 0)
            #expect(here.simulator.counters.requests(to: .captures) == 1)
            #expect(here.simulator.counters.requests(to: .media) == 1)
            try await here.expectWhole()
        }
    }
}

@Suite struct `An API that fails` {
    @Test func `with a recording that has no address keeps the day incomplete, and is named`() async throws {
        try await Installation.with(.small(calls: 1, mix: .plain)) { here in
            let served = try #require(here.simulator.servedRecordings().first)
            let file = #"{"id":"\#(served.recording.id)","segment":true,"attributes":{"fileName":"a.wav"}}"#
            let body = #"{"meta":{},"data":[{"taskId":"\#(served.taskID)","recording":[\#(file)]}]}"#
            here.simulator.inject(FaultRule(.captures, .always, .status(200, body: body)))
            // Repeatedly, for more than an hour: an answer that stays the same settles nothing.
            for _ in 0..<3 {
                let result = try await here.pass()
                #expect(result.failure == nil)
                #expect(!result.isComplete)
                #expect(result.summary.recordings.reasons == [.unusable: 1])
                here.simulator.clock.advance(by: .seconds(2 * 3600))
            }
            here.simulator.clock.advance(by: .seconds(8 * 86_400))
            #expect(try await !here.pass().isComplete, "nobody has explained it")
            let gap = try #require(try await here.gaps().first)
            #expect(gap.reason == .unusable)
            #expect(gap.detail == "a recording has no usable filePath (\(served.recording.id))")
            here.simulator.clearFaults()
            #expect(try await here.pass().isComplete)
            #expect(try await here.gaps() == [])
            try await here.expectWhole()
        }
    }

    /// The listing anomalies in the log of events, by code.
    private func anomalies(_ here: Installation) async throws -> [String] {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        var codes: [String] = []
        for try await event in manifest.events() where event.kind == .listingAnomaly {
            codes.append(event.detail["code"] ?? "")
        }
        return codes
    }

    private func watermark(_ here: Installation) async throws -> Timestamp? {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        return try await manifest.watermark(here.organization)
    }

    @Test func `with a task that has no ID is listed again, for as long as the horizon`() async throws {
        try await Installation.with(.small(calls: 3, mix: .plain)) { here in
            let body = #"{"meta":{},"data":[{"attributes":{"status":"completed"}}]}"#
            here.simulator.inject(FaultRule(.tasks, .first(1), .status(200, body: body)))
            let horizon = here.now() - .hours(7 * 24)
            let result = try await here.pass(.sinceLastPass)
            #expect(result.failure == nil)
            #expect(!result.isComplete)
            #expect(result.listingDoubts == 1)
            #expect(try await anomalies(here) == ["unreadable_task"])
            #expect(try await watermark(here) ?? horizon <= horizon + .minutes(1))
            let next = try await here.pass(.sinceLastPass)
            #expect(next.isComplete)
            #expect(try await watermark(here) == next.window.range.upperBound)
            try await here.expectWhole()
        }
    }

    @Test func `with more tasks in a millisecond than a page is continued, and not complete`() async throws {
        try await Installation.with(.small(calls: 3, mix: .plain)) { here in
            // In the span of each pass's first request: one reaches back a week, the next two days.
            for (pass, hours) in [(1, 7 * 24), (2, 2 * 24)] {
                let moment = (here.now() - .hours(hours - 1)).millisecondsSince1970
                let rows = (1000..<2000).map { number in
                    #"{"id":"aaaaaaaa-0000-4000-800\#(pass)-00000000\#(number)","attributes":{"#
                        + #""createdTime":\#(moment),"lastUpdatedTime":\#(moment),"#
                        + #""status":"completed","captureRequested":false}}"#
                }
                let body = #"{"meta":{},"data":[\#(rows.joined(separator: ","))]}"#
                // The first two requests of a listing: for the window, and for what follows its last task.
                here.simulator.inject(FaultRule(.tasks, .first(2), .status(200, body: body)))
                let result = try await here.pass(.sinceLastPass)
                #expect(result.failure == nil)
                #expect(result.listingDoubts == 1)
                #expect(!result.isComplete)
                #expect(try await watermark(here) == result.window.range.upperBound)
                here.simulator.clearFaults()
            }
            #expect(try await anomalies(here) == ["crowded_millisecond", "crowded_millisecond"])
        }
    }

    @Test func `by refusing for good fails the pass without a false word`() async throws {
        try await Installation.with(.small(calls: 3)) { here in
            here.simulator.inject(FaultRule(.tasks, .always, .status(403)))
            let result = try await here.pass()
            #expect((result.failure as? ProviderError)?.code == .authorization)
            #expect(!result.isComplete)
            #expect(result.summary.tasks.listed == 0)
            here.simulator.clearFaults()
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `behind a closed port is unavailable`() async throws {
        try await Installation.with(.small(calls: 3)) { here in
            await here.simulator.stop()
            let result = try await here.pass { setup in
                // Nothing listens on the discard port; five retries would only take time.
                for index in setup.providers.indices {
                    setup.providers[index].apiBaseURL = try #require(URL(string: "http://127.0.0.1:9/v1"))
                    setup.providers[index].oauthBaseURL = setup.providers[index].apiBaseURL
                }
            }
            #expect((result.failure as? ProviderError)?.code == .unavailable)
        }
    }
}

extension WaveLayout {
    /// Whether its header leaves the length of the audio open.
    fileprivate var isStreaming: Bool { self == .streamingZero || self == .streamingMaximum }
}
