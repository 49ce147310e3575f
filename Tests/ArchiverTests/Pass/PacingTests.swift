import DailyArchive
import Foundation
import Manifest
import Recordings
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import Archiver
@testable import Simulator

/// The limits of concurrent downloads that a pass reported, in order.
private final class PacingLog: Sendable {
    private let entries = Mutex<[(downloads: Int, reason: String)]>([])

    @Sendable func observe(_ event: PassEvent) {
        guard case .paced(_, let downloads, _, let reason) = event else { return }
        entries.withLock { $0.append((downloads, reason)) }
    }

    var downloads: [Int] { entries.withLock { $0.map(\.downloads) } }
    var reasons: Set<String> { entries.withLock { Set($0.map(\.reason)) } }
}

@Suite struct `The pool of downloads` {
    @Test func `is not held back while nothing is wrong`() async throws {
        // A machine that stands still for a moment makes the host look slow, though not each time.
        var lowest: [Int] = []
        repeat {
            try await Installation.with(.small(calls: 60, mix: .plain)) { here in
                let log = PacingLog()
                let result = try await here.pass(observer: log.observe)
                #expect(result.isComplete)
                #expect(log.reasons.isSubset(of: ["it responds more slowly than usual", "it responds normally again"]))
                #expect(log.downloads.isEmpty == (result.pacing == DownloadPacing(configured: 8, lowest: 8, last: 8)))
                lowest.append(result.pacing.lowest)
                try await here.expectWhole()
            }
        } while lowest.last != 8 && lowest.count < 5
        #expect(lowest.last == 8, "\(lowest)")
    }

    @Test(arguments: [
        "media slow-down first=12", "media 429 first=12", "media 500 first=12", "media reset bytes=10 first=12",
        "media stall bytes=0 seconds=60 first=8",
    ])
    func `shrinks when the host errs, and grows again`(_ rule: String) async throws {
        try await Installation.with(.small(calls: 60, mix: .plain)) { here in
            here.simulator.inject(try FaultRule(rule))
            let log = PacingLog()
            let result = try await here.pass {
                $0.rules.downloads.stallTimeout = .milliseconds(300)
            } observer: {
                log.observe($0)
            }
            #expect(result.isComplete)
            #expect(log.downloads.first == 4)
            #expect(result.pacing.lowest <= 4)
            #expect(result.pacing.last > result.pacing.lowest)
            #expect(log.reasons.contains("it responds normally again"))
            try await here.expectWhole()
        }
    }

    @Test func `shrinks when the host slows down, whatever the recordings' sizes`() async throws {
        try await Installation.with(.small(calls: 60, mix: .plain)) { here in
            // Much slower than usual even where a busy machine takes a second for each answer.
            here.simulator.inject(try FaultRule("media delay seconds=4 after=32 first=16"))
            let log = PacingLog()
            let result = try await here.pass(observer: log.observe)
            #expect(result.isComplete)
            #expect(result.pacing.lowest < 8)
            #expect(log.reasons.contains("it responds more slowly than usual"))
            try await here.expectWhole()
        }
    }

    @Test func `waits as a whole when one download has to`() async throws {
        try await Installation.with(.small(calls: 30, mix: .plain)) { here in
            here.simulator.inject(try FaultRule("media throttle seconds=2 first=1 after=5"))
            // Nothing in progress ends and makes room for another before the first one is answered.
            here.simulator.inject(try FaultRule("media delay seconds=0.5 first=5"))
            let clock = InstantClock { here.simulator.clock.advance(by: $0) }
            let result = try await here.pass(clock: clock)
            #expect(result.isComplete)
            #expect(clock.elapsed > .seconds(1))
            // Of eight, five were in progress and three asked at once; no other asks too early.
            #expect(here.simulator.counters.faultsByKind["throttle", default: 0] <= 3)
            try await here.expectWhole()
        }
    }

    @Test func `asks for new URLs if the wait has outlived the old ones`() async throws {
        try await Installation.with(.small(calls: 20, mix: .plain)) { here in
            here.simulator.inject(try FaultRule("media 429 retry-after=1 first=1 after=5"))
            here.simulator.inject(try FaultRule("media delay seconds=0.3 first=5"))
            // Waits for the host take seconds; waits before appending and flushing take less.
            let clock = InstantClock {
                if $0 > .milliseconds(900) { here.simulator.clock.advance(by: .seconds(2 * 3600)) }
            }
            let result = try await here.pass(clock: clock)
            #expect(result.isComplete)
            // None begins with a URL that is known to have expired; one that had begun when the hours passed may meet
            // its end.
            #expect(here.simulator.counters.statuses[403, default: 0] <= 8)
            #expect(here.simulator.counters.requests(to: .captures) > 3)
            try await here.expectWhole()
        }
    }

    /// A download that has passed the gate waits for memory that others hold, and those wait for the gate. The limit is
    /// long because waiting for a turn counts.
    @Test(.timeLimit(.minutes(20)))
    func `ends however little memory there is and however few may pass`() async throws {
        try await Installation.with(.small(calls: 60, scale: 0.02, mix: .plain)) { here in
            here.simulator.inject(try FaultRule("media truncate share=0.5 bytes=2000"))
            let largest = try #require(here.simulator.servedRecordings().map(\.byteCount).max())
            let result = try await here.pass {
                $0.rules.downloads.memoryBytes = 4 * largest
                $0.rules.downloads.concurrency = 40
                $0.rules.downloads.retry = RetryPolicy(attempts: 60, baseDelay: .milliseconds(2))
            }
            #expect(result.isComplete)
            #expect(result.pacing.lowest < 40)
            try await here.expectWhole()
        }
    }

    @Test func `leaves a host alone for this pass that asks for more patience than there is`() async throws {
        try await Installation.with(.small(calls: 30, mix: .plain)) { here in
            here.simulator.inject(try FaultRule("media throttle seconds=7200 after=5 first=1"))
            let result = try await here.pass()
            #expect(result.failure == nil)
            #expect(!result.isComplete)
            #expect(here.simulator.counters.faultsByKind["throttle", default: 0] <= 8)
            let failed = try await here.recordings(ListFilter(state: .recording(.failed)))
            #expect(!failed.isEmpty)
            let reasons = Set(failed.compactMap(\.reason).map { $0.prefix(20) })
            #expect(reasons.isSubset(of: ["the media host asks ", "the media host answe"]))
            here.simulator.clock.advance(by: .seconds(7200))
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `can be stopped while it is held back`() async throws {
        try await Installation.with(.small(calls: 30, mix: .plain)) { here in
            here.simulator.inject(try FaultRule("media throttle seconds=600 after=5 first=1"))
            let stop = StopRequest()
            let clock = ContinuousClock()
            let began = clock.now
            async let stopping: Void = {
                while here.simulator.counters.faults == 0, clock.now - began < .seconds(300) {
                    try await Task.sleep(for: .milliseconds(5))
                }
                stop.make()
            }()
            let result = try await here.pass(stop: stop)
            try await stopping
            #expect((result.failure as? ArchiverError)?.code == .stopped)
            #expect(clock.now - began < .seconds(500))
            here.simulator.clearFaults()
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }
}
