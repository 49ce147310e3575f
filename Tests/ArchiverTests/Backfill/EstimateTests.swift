import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Simulator
import Testing
import Transfer
import WebexContactCenter

@testable import Archiver

@Suite struct EstimateTests {
    private func estimate(
        _ here: Installation,
        _ request: PassWindow.Request? = nil,
        isExact: Bool = false
    ) async throws -> Estimate {
        let setup = try here.setup()
        let manifest = try? Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest?.close() }
        var altered = AlteredArchives()
        if let manifest {
            altered = try await ArchiveSurvey(root: here.root, manifest: manifest).altered()
        }
        let estimating = Estimating(
            manifest: manifest,
            rules: setup.rules,
            provider: setup.providers[0],
            contactCenter: try await setup.contactCenters.client(of: setup.providers[0], retry: setup.rules.apiRetry),
            isExact: isExact,
            altered: altered,
            now: here.now
        )
        let estimate = try await estimating.run(request ?? .day(here.day), stop: StopRequest())
        await setup.contactCenters.shutDown()
        return estimate
    }

    @Test func `what a pass would fetch is counted, and is what it fetches then`() async throws {
        try await Installation.with(try .small(calls: 30)) { here in
            let estimate = try await estimate(here)
            #expect(here.simulator.counters.requests(to: .media) == 0)
            #expect(estimate.isCounted && estimate.daysListed == 1)
            let asked = here.simulator.counters
            #expect(abs(Int(estimate.requests.listing.value) - asked.requests(to: .tasks)) <= 1)
            #expect(Int(estimate.requests.captures.value) == asked.requests(to: .captures))
            let result = try await here.pass { $0.providers[0].crossChecksSearch = false }
            #expect(Int(estimate.tasks.listed.value) == result.summary.tasks.listed)
            let known = try await here.recordings().count
            #expect(Int(estimate.recordings.expected.value) == known)
            let bytes = try await here.recordings().reduce(0) { $0 + ($1.held?.byteCount ?? 0) }
            // Nothing had been archived, so the size was assumed.
            #expect(estimate.basis == .assumed(bytesPerSecond: 32_000))
            #expect(estimate.bytes.value > 0 && bytes > 0)
        }
    }

    @Test func `a task that is listed twice is counted once`() async throws {
        try await Installation.with(try .small(calls: 1, mix: .plain)) { here in
            let begin = try here.day.interval(in: .gmt).lowerBound
            let rows = (0..<2).map { place in
                let time = (begin + .milliseconds(place)).millisecondsSince1970
                let about = #""status":"completed","captureRequested":true,"createdTime":\#(time)"#
                return #"{"id":"twice","attributes":{\#(about)}}"#
            }
            let body = #"{"meta":{},"data":[\#(rows.joined(separator: ","))]}"#
            here.simulator.inject(FaultRule(.tasks, .first(1), .status(200, body: body)))
            let estimate = try await estimate(here)
            #expect(estimate.tasks.listed.value == 2, "this one, and the call of the world")
            #expect(estimate.recordings.tasksAsked == 2)
        }
    }

    @Test func `what recordings of another day weighed says what these will`() async throws {
        let days = ["2025-11-19", "2025-11-20"]
        try await Installation.with(try .small(days: days, calls: 20, scale: 0.02, mix: .plain)) { here in
            _ = try await here.pass(.day(try #require(ArchiveDay(days[0]))))
            let estimate = try await estimate(here)
            guard case .history(let count, _) = estimate.basis else { Issue.record("not by history"); return }
            #expect(count >= 20)
            _ = try await here.pass()
            let held = try await here.recordings(ListFilter(day: here.day))
            let bytes = held.reduce(0) { $0 + Double($1.held?.byteCount ?? 0) }
            #expect(abs(estimate.bytes.value - bytes) < bytes / 4)
            #expect(estimate.downloadTime != nil)
        }
    }

    @Test func `what is held and settled is not counted again`() async throws {
        try await Installation.with(try .small(calls: 10, mix: .plain)) { here in
            try await here.pass()
            here.simulator.clock.advance(by: .seconds(2 * 3600))
            try await here.pass()
            let estimate = try await estimate(here)
            #expect(estimate.recordings.expected.value == 0)
            #expect(Int(estimate.recordings.held.value) == here.offered().count)
            #expect(estimate.tasks.settled.value == 10)
        }
    }

    @Test func `what was archived and is missing is damaged, as a pass would say, and is not held`() async throws {
        try await Installation.with(try .small(calls: 10, mix: .plain)) { here in
            try await here.pass()
            here.simulator.clock.advance(by: .seconds(2 * 3600))
            try await here.pass()
            let held = here.offered().count
            let archive = try #require(try here.root.archives.list().first)
            try FileManager.default.removeItem(atPath: here.root.archivePath(archive))
            let estimate = try await estimate(here)
            let pass = try await here.pass()
            #expect(pass.summary.recordings.unrepaired == held && pass.hasDamage)
            #expect(estimate.recordings.damaged == held && estimate.hasDamage)
            #expect(estimate.recordings.held.value == 0 && estimate.recordings.expected.value == 0)
        }
    }

    @Test func `of a long window some days are listed, and the truth is within the error`() async throws {
        let days = try SimulatedWorld.days(70, from: "2025-09-01")
        try await Installation.with(try .small(days: days, calls: 12, mix: .plain)) { here in
            let from = try #require(ArchiveDay(days[0])).interval(in: .gmt).lowerBound
            let to = try here.day.interval(in: .gmt).upperBound
            let sampled = try await estimate(here, .between(from: from, to: to))
            #expect(sampled.days == 70 && sampled.daysListed == 28)
            let exact = try await estimate(here, .between(from: from, to: to), isExact: true)
            #expect(exact.daysListed == 70 && exact.isCounted)
            #expect(Int(exact.tasks.listed.value) == 840)
            let (low, high) = (sampled.recordings.expected.low, sampled.recordings.expected.high)
            #expect(low - 1 <= exact.recordings.expected.value && exact.recordings.expected.value <= high + 1)
        }
    }

    @Test func `a part that stands for the whole has an error, and the whole has none`() {
        let whole = SampleTotal.total(of: [1, 2, 3], population: 3)
        #expect(whole.value == 6 && whole.isExact)
        let part = SampleTotal.total(of: [1, 2, 3], population: 30)
        #expect(part.value == 60)
        // 30² × (1 − 3/30) × 1 / 3
        #expect(abs(part.variance - 270) < 1e-9)
        #expect(SampleTotal.total(of: [], population: 0) == .zero)
        #expect(!SampleTotal.total(of: [5], population: 10).isExact)
    }

    @Test func `the days that are listed are of every weekday`() throws {
        let first = try #require(ArchiveDay("2025-01-01"))
        let last = try #require(ArchiveDay("2025-07-15"))
        let pieces = first.through(last).map { Estimating.Piece(day: $0, range: $0.interval(in: .gmt)) }
        let chosen = Estimating.chosen(pieces)
        #expect(Dictionary(grouping: chosen, by: \.weekday).mapValues(\.count).values.allSatisfy { $0 == 4 })
        #expect(Set(chosen).count == 28)
        #expect(Estimating.chosen(Array(pieces.prefix(31))).count == 31)
    }

    @Test func `calls are drawn without regard to their order, and the same again`() throws {
        let ids = try (0..<1000).map { try #require(TaskID("task-\($0)")) }
        func drawn(_ ids: [TaskID]) -> Set<TaskID> {
            var sample = Estimating.TaskSample(size: 50)
            for id in ids { sample.take(id, held: 0) }
            #expect(sample.population == 1000)
            return Set(sample.tasks.map(\.id))
        }
        #expect(drawn(ids).count == 50)
        #expect(drawn(ids) == drawn(ids.reversed()))
        let early = ids.prefix(500).filter(drawn(ids).contains).count
        #expect((12...38).contains(early))
    }
}
