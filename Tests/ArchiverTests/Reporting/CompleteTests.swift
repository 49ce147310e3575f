import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import Testing
import WebexContactCenter

@testable import Archiver

/// A pass says that its window is complete only if it has checked that.
@Suite struct `A pass that is complete` {
    private static let old = "2025-10-30"

    private static func lossy(days: [String] = ["2025-11-20"]) throws -> SimulatedWorld {
        var mix = CallMix.plain
        mix.missingCalls = [2, 5]
        return try .small(days: days, mix: mix)
    }

    private func instants(of day: String) throws -> Range<Timestamp> {
        try #require(ArchiveDay(day)).interval(in: .gmt)
    }

    @Test func `has listed its window, or knows that another pass has`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let day = try here.day
            let early = try await here.pass(.sinceLastPass, onlyUnreceived: true)
            #expect(early.obstacles == [.nothingListed])
            let blind = try await here.pass(onlyUnreceived: true)
            #expect(blind.obstacles == [.unlisted([day])])
            #expect(blind.days.map { blind.isComplete($0) } == [false])
            let noon = day.interval(in: .gmt).lowerBound + .hours(12)
            #expect(try await here.pass(.between(from: noon, to: noon + .hours(3))).isComplete)
            let part = try await here.pass(.between(from: noon, to: noon + .hours(3)), onlyUnreceived: true)
            #expect(part.isComplete, "all of it was listed")
            #expect(try await here.pass(onlyUnreceived: true).obstacles == [.unlisted([day])])
            #expect(try await here.pass().isComplete)
            #expect(try await here.pass(onlyUnreceived: true).isComplete)
            let two = try await here.pass(.between(from: noon - .hours(24), to: noon), onlyUnreceived: true)
            #expect(two.obstacles == [.unlisted([try #require(day.previous)])])
        }
    }

    @Test func `has no doubt about its days, nor has one before it`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let day = try here.day
            let noon = day.interval(in: .gmt).lowerBound + .hours(12)
            let task = #"{"attributes":{"status":"completed","createdTime":\#(noon.millisecondsSince1970)}}"#
            here.simulator.inject(FaultRule(.tasks, .first(1), .status(200, body: #"{"meta":{},"data":[\#(task)]}"#)))
            #expect(try await here.pass().obstacles.contains(.doubted([day])))
            #expect(try await here.pass(onlyUnreceived: true).obstacles.contains(.doubted([day])))
            let part = try await here.pass(.between(from: noon, to: nil))
            #expect(part.obstacles.contains(.doubted([day])), "the doubt is about the whole day")
            #expect(try await here.pass().isComplete)
            #expect(try await here.pass(onlyUnreceived: true).isComplete)
        }
    }

    @Test func `has received what it was to receive, of whatever day`() async throws {
        try await Installation.with(try .small(days: [Self.old, "2025-11-20"], mix: .plain)) { here in
            let bad = try #require(here.simulator.servedRecordings().first { $0.day == Self.old })
            here.simulator.inject(FaultRule(.media, .always, .html200, pathContains: bad.recording.id))
            let old = try #require(ArchiveDay(Self.old))
            #expect(try await here.pass(.day(old)).obstacles == [.unexplained(1)])
            #expect(try await here.pass(.sinceLastPass).isComplete, "the daily job is about its own window")
            let retried = try await here.pass(.sinceLastPass, onlyUnreceived: true)
            #expect(retried.obstacles == [.unreceivedElsewhere(1)])
            try await here.explain([try #require(TaskID(bad.taskID))])
            #expect(try await here.pass(.sinceLastPass, onlyUnreceived: true).isComplete)
        }
    }

    @Test func `has received what was listed after its window, too`() async throws {
        try await Installation.with(try .small(days: ["2025-11-18", "2025-11-20"], mix: .plain)) { here in
            let (name, later) = (try here.organization, try here.day)
            let bad = try #require(here.simulator.servedRecordings().first { $0.day == later.description })
            here.simulator.inject(FaultRule(.media, .always, .html200, pathContains: bad.recording.id))
            #expect(try await here.pass(.day(later)).obstacles == [.unexplained(1)])
            // The daily job has come no further than the day before.
            try await here.open { archive in
                let end = later.interval(in: .gmt).lowerBound
                try await archive.context.manifest.setWatermark(
                    name,
                    listedFrom: end - .hours(96),
                    listedThrough: end
                )
            }
            let retried = try await here.pass(.sinceLastPass, onlyUnreceived: true)
            #expect(retried.obstacles.contains(.unreceivedElsewhere(1)))
        }
    }

    @Test func `of a backfill has looked at the days that were listed before, too`() async throws {
        try await Installation.with(Self.lossy(days: [Self.old, "2025-11-20"])) { here in
            func backfill() async throws -> Backfill.Result {
                let range = try instants(of: Self.old).lowerBound..<instants(of: "2025-11-01").lowerBound
                let name = try here.organization
                let run = Backfill(
                    try here.setup(),
                    organizations: [name],
                    range: range,
                    stop: StopRequest(),
                    observer: { _ in },
                    now: here.now
                )
                return try #require(try await run.run { _ in }.first)
            }
            let first = try await backfill()
            #expect(first.done == 2)
            #expect(first.incomplete.map(\.description) == [Self.old])
            #expect(!first.isComplete)
            let again = try await backfill()
            #expect(again.done == 0 && again.alreadyListed == 2)
            #expect(again.incomplete.map(\.description) == [Self.old])
            #expect(!again.isComplete)
            try await here.explain(try await here.gaps().map(\.taskID))
            #expect(try await backfill().isComplete)
            let archive = try #require(try here.root.archives.list().first { $0.day.description == Self.old })
            try FileManager.default.removeItem(atPath: here.root.archivePath(archive))
            let damaged = try await backfill()
            #expect(damaged.damaged.map(\.description) == [Self.old])
            #expect(damaged.incomplete == damaged.damaged)
        }
    }

    /// The next pass closes a day once nothing prevents it, whatever passes made it so.
    @Test func `closes days that were listed in parts, or by a window long past, and explained since`() async throws {
        try await Installation.with(Self.lossy(days: [Self.old, "2025-11-20"])) { here in
            let old = try #require(ArchiveDay(Self.old))
            let interval = old.interval(in: .gmt)
            let noon = interval.lowerBound + .hours(12)
            func report() async throws -> DayReport {
                let manifest = try Manifest(of: here.root, mode: .readOnly)
                defer { try? manifest.close() }
                let now = here.now()
                let standpoint = Standpoint(now: now, today: ArchiveDay(now, in: .gmt), horizon: .hours(168))
                let reporting = Reporting(manifest: manifest, timeZone: .gmt)
                return try #require(
                    try await reporting.days([old], organization: here.organization, at: standpoint).first
                )
            }
            try await here.pass(.between(from: noon, to: interval.upperBound))
            #expect(try await report().openBecause.contains(.notListed))
            #expect(try await report().needed.last == "callark archive --org acme --day \(old)")
            try await here.pass(.between(from: interval.lowerBound, to: noon))
            let missing = try await here.gaps().count
            #expect(try await report().openBecause == [.pending(0, awaited: missing)], "asked about once")
            try await here.pass(.sinceLastPass)
            try await here.explain(try await here.gaps().map(\.taskID))
            #expect(try await report().openBecause == [.notClosedYet])
            #expect(try await report().needed == ["callark archive --org acme"])
            let daily = try await here.pass(.sinceLastPass)
            #expect(daily.archives.contains { $0.name.day == old && $0.recordings == 0 })
            #expect(try await report().isClosed)
        }
    }

    @Test func `leaves what is explained alone until it is due, and not if somebody asks`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let bad = try #require(here.simulator.servedRecordings().first)
            here.simulator.inject(FaultRule(.media, .always, .html200, pathContains: bad.recording.id))
            try await here.pass(.sinceLastPass)
            func tries(_ pass: () async throws -> Void) async throws -> Bool {
                let before = here.simulator.counters.requests(to: .media)
                try await pass()
                return here.simulator.counters.requests(to: .media) > before
            }
            #expect(try await tries { try await here.pass(.sinceLastPass) }, "nobody has explained it")
            try await here.explain([try #require(TaskID(bad.taskID))])
            #expect(try await !tries { try await here.pass(.sinceLastPass) })
            here.simulator.clock.advance(by: .seconds(3601))
            #expect(try await tries { try await here.pass(.sinceLastPass) }, "an hour later")
            here.simulator.clock.advance(by: .seconds(3500))
            #expect(try await !tries { try await here.pass(.sinceLastPass) })
            #expect(try await tries { try await here.pass() }, "a window was named")
            #expect(try await tries { try await here.pass(.sinceLastPass, onlyUnreceived: true) })
            here.simulator.clock.advance(by: .seconds(8 * 86_400))
            _ = try await tries { try await here.pass(.sinceLastPass) }
            here.simulator.clock.advance(by: .seconds(8 * 86_400))
            #expect(try await !tries { try await here.pass(.sinceLastPass) }, "the horizon has passed")
            here.simulator.clearFaults()
            let task = try #require(TaskID(bad.taskID))
            try await here.open { _ = try await $0.acquire([task], organization: nil) }
            let held = try await here.recordings(ListFilter(task: TaskID(bad.taskID)))
            #expect(held.allSatisfy { $0.held != nil }, "a fetch asks")
        }
    }
}
