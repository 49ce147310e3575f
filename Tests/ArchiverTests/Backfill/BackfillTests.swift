import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import Synchronization
import Testing
import WebexContactCenter

@testable import Archiver

@Suite struct BackfillTests {
    private static let days = ["2025-11-10", "2025-11-11", "2025-11-12", "2025-11-20"]

    private func backfill(
        _ here: Installation,
        from: String = Self.days[0],
        to: String = "2025-11-13",
        stop: StopRequest = StopRequest(),
        done: (Backfill.Step) throws -> Void = { _ in },
        observer: @escaping PassObserver = { _ in }
    ) async throws -> Backfill.Result {
        let bounds = try [from, to].map { try #require(ArchiveDay($0)).interval(in: .gmt).lowerBound }
        let results = try await Backfill(
            try here.setup(),
            organizations: [try here.organization],
            range: bounds[0]..<bounds[1],
            stop: stop,
            observer: observer,
            now: here.now
        )
        .run(done)
        return try #require(results.first)
    }

    private func isHeld(_ day: String, in here: Installation) async throws -> Bool {
        let held = try await here.held(ListFilter(day: ArchiveDay(day)))
        return held == here.offered(day: day) && !held.isEmpty
    }

    @Test func `days are archived one after the other, the oldest first, and once`() async throws {
        try await Installation.with(try .small(days: Self.days, calls: 4, mix: .plain)) { here in
            var steps: [String] = []
            let result = try await backfill(here) { steps.append($0.day.description) }
            #expect(steps == Array(Self.days[..<3]))
            #expect(result.isComplete && result.done == 3 && result.remaining == 0)
            for day in Self.days[..<3] { #expect(try await isHeld(day, in: here)) }
            #expect(try await here.verify() == [])
            let asked = here.simulator.counters.requests
            let again = try await backfill(here)
            #expect(again.alreadyListed == 3 && again.done == 0 && again.isComplete)
            #expect(here.simulator.counters.requests == asked)
        }
    }

    @Test func `one that was stopped resumes where it was`() async throws {
        try await Installation.with(try .small(days: Self.days, calls: 4, mix: .plain)) { here in
            let stop = StopRequest()
            let first = try await backfill(here, stop: stop) { _ in stop.make() }
            #expect(first.done == 1 && first.remaining == 2)
            #expect((first.failure as? ArchiverError)?.code == .stopped)
            var steps: [String] = []
            let second = try await backfill(here) { steps.append($0.day.description) }
            #expect(steps == Array(Self.days[1..<3]))
            #expect(second.isComplete && second.alreadyListed == 1)
        }
    }

    @Test func `a day that it has begun is sealed by it, and by no pass that runs between`() async throws {
        try await Installation.with(try .small(days: Self.days, calls: 6, mix: .plain)) { here in
            let (name, day) = (try here.organization, try #require(ArchiveDay(Self.days[0])))
            let stop = StopRequest()
            let half = try await here.open(stop: stop, observer: { if case .stored = $0 { stop.make() } }) {
                try await $0.archive([name], request: .day(day), isBackfill: true).first
            }
            #expect((half?.failure as? ArchiverError)?.code == .stopped)
            func sealed() throws -> [ArchiveName] { try here.root.archives.list().filter { $0.day == day } }
            let lock = try PassLock.acquire(here.root, for: .backfill)
            try await here.pass(.sinceLastPass)
            #expect(try sealed() == [] && here.root.openArchives().map(\.day) == [day])
            withExtendedLifetime(lock) {}
        }
        try await Installation.with(try .small(days: Self.days, calls: 6, mix: .plain)) { here in
            let (name, day) = (try here.organization, try #require(ArchiveDay(Self.days[0])))
            let stop = StopRequest()
            _ = try await here.open(stop: stop, observer: { if case .stored = $0 { stop.make() } }) {
                try await $0.archive([name], request: .day(day), isBackfill: true).first
            }
            // No one resumes it: it is sealed like any other.
            try await here.pass(.sinceLastPass)
            #expect(try here.root.archives.list().contains { $0.day == day } && here.root.openArchives() == [])
        }
    }

    @Test func `how far the daily work has come is not said by a backfill`() async throws {
        try await Installation.with(try .small(days: Self.days, calls: 4, mix: .plain)) { here in
            let name = try here.organization
            _ = try await backfill(here)
            try await here.open { archive in
                let watermark = try await archive.context.manifest.watermark(name)
                let pass = try await archive.context.manifest.lastCompletePass(name)
                #expect(watermark == nil && pass == nil)
            }
            let daily = try await here.pass(.sinceLastPass)
            let through = try await here.open { try await $0.context.manifest.watermark(name) }
            let pass = try await here.open { try await $0.context.manifest.lastCompletePass(name) }
            _ = try await backfill(here, from: "2025-11-01", to: "2025-11-10")
            #expect(try await here.open { try await $0.context.manifest.watermark(name) } == through)
            #expect(try await here.open { try await $0.context.manifest.lastCompletePass(name) } == pass)
            #expect(pass?.window == daily.window.range)
        }
    }

    @Test func `days that the daily work has listed are left to it`() async throws {
        try await Installation.with(try .small(days: Self.days, calls: 4, mix: .plain)) { here in
            _ = try await here.pass(.sinceLastPass)
            let asked = here.simulator.counters.requests(to: .tasks)
            let result = try await backfill(here, from: "2025-11-18", to: "2025-11-21")
            #expect(result.alreadyListed == 3 && result.done == 0)
            #expect(here.simulator.counters.requests(to: .tasks) == asked)
        }
    }

    @Test func `another pass goes first, in the middle of a day, and the day is resumed`() async throws {
        try await Installation.with(try .small(days: Self.days, calls: 6, mix: .plain)) { here in
            here.simulator.inject(FaultRule(.media, .first(3), .stall(afterBytes: 50, .seconds(2))))
            let other = OtherPass()
            let result = try await backfill(
                here,
                observer: { event in
                    guard case .found = event else { return }
                    // The first day is in progress when someone wants the daily pass.
                    other.begin { observer in try await here.pass(observer: observer) }
                }
            )
            let task = try #require(other.task)
            #expect(try await task.value.isComplete)
            #expect(other.hasWaited)
            #expect(result.isComplete && result.done == 3)
            for day in Self.days { #expect(try await isHeld(day, in: here)) }
        }
    }

    @Test func `a day that cannot be listed ends it, and the next run begins with that day`() async throws {
        try await Installation.with(try .small(days: Self.days, calls: 4, mix: .plain)) { here in
            here.simulator.inject(FaultRule(.tasks, .always, .status(500)))
            let failed = try await backfill(here)
            #expect(failed.done == 0 && failed.remaining == 3)
            #expect((failed.failure as? ProviderError)?.code == .unavailable)
            here.simulator.clearFaults()
            #expect(try await backfill(here).isComplete)
        }
    }

    @Test func `calls of more than a year ago are listed by Search`() async throws {
        let days = ["2024-06-03", "2024-06-04", "2025-11-20"]
        try await Installation.with(try .small(days: days, calls: 6, mix: .plain)) { here in
            var sources: Set<ListingSource> = []
            let result = try await backfill(here, from: days[0], to: "2024-06-05") { sources.insert($0.source) }
            #expect(result.done == 2)
            #expect(sources == [.search])
            #expect(here.simulator.counters.requests(to: .tasks) == 0)
            for day in days[..<2] { #expect(try await isHeld(day, in: here)) }
            #expect(try await here.verify() == [])
        }
    }

    @Test func `a window of the past is listed by Search and by the listing, each where it reaches`() async throws {
        let days = ["2024-06-03", "2025-11-19"]
        try await Installation.with(try .small(days: days, calls: 5, mix: .plain)) { here in
            let from = try #require(ArchiveDay(days[0])).interval(in: .gmt).lowerBound
            let result = try await here.pass(.between(from: from, to: nil)) {
                $0.providers[0].crossChecksActivities = false
                $0.providers[0].crossChecksSearch = false
            }
            #expect(result.summary.tasks.listed == 10)
            for day in days { #expect(try await isHeld(day, in: here)) }
        }
    }

    @Test func `what is older than Search reaches is refused with advice`() async throws {
        try await Installation.with(try .small(calls: 1)) { here in
            await #expect {
                _ = try await backfill(here, from: "2020-01-01", to: "2020-02-01")
            } throws: { error in
                guard let error = error as? ArchiverError else { return false }
                return error.code == .badWindow && error.message.contains("36 months")
                    && error.message.contains("begin at 2022-")
            }
            #expect(here.simulator.counters.requests == [:])
        }
    }

    @Test func `it takes half of the requests and a quarter of the downloads`() async throws {
        try await Installation.with(try .small(calls: 0)) { here in
            var setup = try here.setup()
            setup.providers[0].requestsPerMinute = 50
            setup.rules.downloads.concurrency = 16
            #expect(setup.lowered.providers[0].pace == 25)
            #expect(setup.lowered.rules.downloads.concurrency == 4)
        }
    }
}

/// A pass that someone starts during a backfill, once.
private final class OtherPass: Sendable {
    private let started = Mutex<Task<Pass.Result, any Error>?>(nil)
    private let waited = Mutex(false)

    var task: Task<Pass.Result, any Error>? { started.withLock(\.self) }
    /// Whether it reported that it waits for the backfill to step aside.
    var hasWaited: Bool { waited.withLock(\.self) }

    func begin(_ pass: @escaping @Sendable (@escaping PassObserver) async throws -> Pass.Result) {
        started.withLock { task in
            guard task == nil else { return }
            task = Task {
                try await pass { event in
                    if case .waiting(.backfill) = event { self.waited.withLock { $0 = true } }
                }
            }
        }
    }
}
