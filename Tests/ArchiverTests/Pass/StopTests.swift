import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import Synchronization
import Testing
import Transfer

@testable import Archiver

@Suite struct `A pass that is asked to stop` {
    @Test func `ends after what is under way, and the next one completes it`() async throws {
        try await Installation.with(.small(calls: 30)) { here in
            let stop = StopRequest()
            let result = try await here.pass(stop: stop) {
                $0.rules.downloads.concurrency = 2
            } observer: { event in
                if case .stored = event { stop.make() }
            }
            #expect((result.failure as? ArchiverError)?.code == .stopped)
            #expect(result.archives == [])
            let stored = try await here.held()
            #expect(!stored.isEmpty)
            #expect(stored.count < here.offered().count)
            #expect(try await here.verify() == [])
            here.simulator.resetCounters()
            #expect(try await here.pass().isComplete)
            // What was stored is not fetched again; transcripts come in addition to what is counted here.
            let transcripts = try await here.recordings().filter { $0.key.kind != .recording }.count
            #expect(here.simulator.counters.requests(to: .media) <= here.offered().count + transcripts - stored.count)
            try await here.expectWhole()
        }
    }

    @Test func `before it has begun downloads nothing`() async throws {
        try await Installation.with(.small()) { here in
            let stop = StopRequest()
            stop.make()
            let result = try await here.pass(stop: stop)
            #expect((result.failure as? ArchiverError)?.code == .stopped)
            #expect(here.simulator.counters.requests(to: .media) == 0)
        }
    }

    @Test func `while it lists ends all the same`() async throws {
        try await Installation.with(.small()) { here in
            let stop = StopRequest()
            let result = try await here.pass(
                stop: stop,
                observer: { event in
                    if case .listed = event { stop.make() }
                }
            )
            #expect((result.failure as? ArchiverError)?.code == .stopped)
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }
}

@Suite struct `A disk that is nearly full` {
    @Test func `gets no download, and the pass says so`() async throws {
        try await Installation.with(.small()) { here in
            let paused = Mutex(0)
            let result = try await here.pass {
                $0.rules.minimumFreeBytes = .max
            } observer: { event in
                if case .pausedForSpace = event { paused.withLock { $0 += 1 } }
            }
            #expect((result.failure as? ArchiverError)?.code == .diskLow)
            #expect(paused.withLock(\.self) == 1)
            #expect(here.simulator.counters.requests(to: .media) == 0)
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }
}

@Suite struct `Large recordings` {
    /// A recording larger than an eighth of this goes through a file of its own.
    private static let budget = 512 << 10

    @Test func `and small ones share little memory without waiting for each other for ever`() async throws {
        try await Installation.with(.small(calls: 24, scale: 0.02, mix: .plain)) { here in
            let result = try await here.pass {
                $0.rules.downloads.concurrency = 16
                $0.rules.downloads.memoryBytes = 16 << 10
            }
            #expect(result.isComplete)
            try await here.expectWhole()
        }
    }

    /// A world with one recording: large, but not so large that generating it takes long.
    private func world() throws -> SimulatedWorld {
        for seed in 1...200 {
            let world = try SimulatedWorld.small(seed: UInt64(seed), calls: 1, scale: 1, mix: .plain)
            let served = Simulator(world: world).servedRecordings()
            if served.count == 1, (250_000...500_000).contains(served[0].byteCount) { return world }
        }
        throw ArchiverError(.notFound, "no such world")
    }

    @Test func `go on where a cancelled pass left them`() async throws {
        try await Installation.with(world()) { here in
            let size = try #require(here.simulator.servedRecordings().first?.byteCount)
            here.simulator.inject(FaultRule(.media, .first(1), .stall(afterBytes: 200_000, .seconds(300))))
            let arrived = StopRequest()
            let received = Mutex(0)
            let pass = Task {
                try await here.pass {
                    $0.rules.downloads.memoryBytes = Self.budget
                } observer: { event in
                    guard case .received(let bytes) = event else { return }
                    let sum = received.withLock {
                        $0 += bytes
                        return $0
                    }
                    if sum >= 200_000 { arrived.make() }
                }
            }
            await arrived.wait()
            pass.cancel()
            _ = await pass.result
            here.simulator.resetCounters()
            let next = try await here.pass { $0.rules.downloads.memoryBytes = Self.budget }
            #expect(next.isComplete)
            #expect(here.simulator.counters.statuses[206] == 1)
            #expect(here.simulator.counters.mediaBytes == size - 200_000)
            try await here.expectWhole()
            let parts = try FileManager.default.contentsOfDirectory(atPath: "\(here.root.spoolPath)/parts")
            #expect(parts == [])
        }
    }

    @Test func `that the disk does not take end the pass, and not in silence`() async throws {
        try await Installation.with(world()) { here in
            let parts = "\(here.root.spoolPath)/parts"
            let result = try await here.pass {
                $0.rules.downloads.memoryBytes = Self.budget
            } observer: { event in
                guard case .found = event else { return }
                try? FileManager.default.removeItem(atPath: parts)
                _ = FileManager.default.createFile(atPath: parts, contents: nil)
            }
            #expect(result.failure is ArchiveError)
            #expect(result.summary.recordings.pending == 1)
            try FileManager.default.removeItem(atPath: parts)
            #expect(try await here.pass { $0.rules.downloads.memoryBytes = Self.budget }.isComplete)
            try await here.expectWhole()
        }
    }
}
