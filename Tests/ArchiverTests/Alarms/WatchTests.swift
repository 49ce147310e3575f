import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import Testing
import WebexContactCenter

@testable import Archiver

@Suite struct `Silence` {
    private static let rules = AlarmLimits(
        completePass: .hours(36),
        volumePercent: 30,
        token: .hours(7 * 24),
        horizon: .hours(24),
        purge: .hours(30 * 24),
        openDay: .hours(3 * 24),
        freeBytes: 5000
    )
    private let watch = Watch(rules: rules, timeZone: .gmt)

    private func alarms(
        _ here: Installation,
        retention: Duration = GapRule.usualRetention,
        beside work: WorkUnderWay = WorkUnderWay()
    ) async throws -> [Alarm] {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        let now = here.now()
        let standpoint = Standpoint(
            now: now,
            today: ArchiveDay(now, in: .gmt),
            horizon: .hours(7 * 24),
            retention: retention
        )
        return try await watch.alarms(of: here.organization, manifest: manifest, at: standpoint, beside: work)
    }

    @Test func `is an alarm before the first pass, and after the last complete one`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let now = here.now()
            let standpoint = Standpoint(now: now, today: ArchiveDay(now, in: .gmt), horizon: .hours(168))
            let before = try await watch.alarms(of: here.organization, manifest: nil, at: standpoint)
            #expect(before.map(\.code) == [.noCompletePass])
            try await here.pass(.sinceLastPass)
            #expect(try await alarms(here) == [])
            here.simulator.clock.advance(by: .seconds(35 * 3600))
            #expect(try await alarms(here) == [])
            here.simulator.clock.advance(by: .seconds(2 * 3600))
            try await here.pass()
            let late = try await alarms(here)
            #expect(late.map(\.code) == [.noCompletePass])
            #expect(late.map(\.severity) == [.critical])
            // A day that no one has looked at is not a closed one.
            here.simulator.clock.advance(by: .seconds(4 * 86_400))
            #expect(try await alarms(here).map(\.code) == [.noCompletePass, .daysOpen])
            try await here.pass(.sinceLastPass)
            #expect(try await alarms(here) == [])
        }
    }

    @Test func `is not broken by passes that list nothing`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            try await here.pass(.sinceLastPass)
            here.simulator.clock.advance(by: .seconds(37 * 3600))
            #expect(try await here.pass(.sinceLastPass, onlyUnreceived: true).isComplete)
            #expect(try await alarms(here).map(\.code).contains(.noCompletePass))
        }
    }

    @Test func `of gaps is broken near their horizon, past it, and before the purge, until they are explained`()
        async throws
    {
        var mix = CallMix.plain
        mix.missingCalls = [2, 5]
        try await Installation.with(.small(mix: mix)) { here in
            try await here.pass(.sinceLastPass)
            // One empty answer is not final.
            try await here.pass(.sinceLastPass)
            let missing = try await here.gaps()
            func codes(retention: Duration = GapRule.usualRetention) async throws -> Set<Alarm.Code> {
                Set(try await alarms(here, retention: retention).map(\.code)).subtracting([.noCompletePass, .daysOpen])
            }
            #expect(try await codes() == [])
            here.simulator.clock.advance(by: .seconds(5 * 86_400))
            #expect(try await codes() == [.gapsNearHorizon])
            #expect(try await codes(retention: .hours(10 * 24)) == [.gapsNearHorizon, .purgeNear])
            here.simulator.clock.advance(by: .seconds(3 * 86_400))
            #expect(try await codes() == [.gapsUnexplained])
            #expect(try await alarms(here).contains { $0.message.hasPrefix("\(missing.count) missing past the") })
            try await here.explain(missing.map(\.taskID))
            #expect(try await codes(retention: .hours(10 * 24)) == [])
        }
    }

    @Test func `of another source that keeps differing is broken, and not for ever`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            try await here.pass(.sinceLastPass)
            let manifest = try Manifest(of: here.root, mode: .readWrite)
            defer { try? manifest.close() }
            var comparison = DayComparison(
                organization: try here.organization,
                day: try here.day,
                source: .queueStatistics,
                time: here.now(),
                figures: ["queue_accepted": 90, "tasks": 8],
                differences: ["90 calls were accepted and 0 abandoned, and 8 are known"]
            )
            try await manifest.noteComparison(comparison)
            func differing() async throws -> [Alarm] {
                try await alarms(here).filter { $0.code == .sourceDiffers }
            }
            #expect(try await differing() == [], "the next pass may take up what is missing")
            here.simulator.clock.advance(by: .seconds(3 * 86_400))
            let alarm = try #require(try await differing().first)
            #expect(alarm.severity == .warning)
            #expect(alarm.message.hasPrefix("1 day differs from queue statistics, the oldest 2025-11-20"))
            let window = try here.day.interval(in: .gmt)
            let running = WorkUnderWay(passBegan: here.now(), windows: [try here.organization: window])
            #expect(try await alarms(here, beside: running).allSatisfy { $0.code != .sourceDiffers })
            comparison.differences = []
            try await manifest.noteComparison(comparison)
            #expect(try await differing() == [])
            comparison.differences = ["something"]
            try await manifest.noteComparison(comparison)
            here.simulator.clock.advance(by: .seconds(8 * 86_400))
            #expect(try await differing() == [])
        }
    }

    @Test func `of a weekday is compared with its own history`() async throws {
        // Six Thursdays and the days between them; the last Thursday has no calls, the one before it has few.
        let day = try #require(ArchiveDay("2025-11-20"))
        let days = (1...5).reversed().compactMap { ArchiveDay(daysSince1970: day.daysSince1970 - Int64(7 * $0)) }
        try await Installation.with(.small(days: days.map(\.description), calls: 4, mix: .plain)) { here in
            let first = try #require(days.first).interval(in: .gmt).lowerBound
            try await here.pass(.between(from: first, to: nil))
            #expect(try await alarms(here).filter { $0.code == .volumeLow } == [])
            here.simulator.clock.advance(by: .seconds(7 * 86_400))
            try await here.pass(.between(from: first, to: nil))
            let quiet = try await alarms(here).filter { $0.code == .volumeLow }
            #expect(quiet.map(\.severity) == [.critical, .critical])
            #expect(quiet.allSatisfy { $0.message.hasPrefix("2025-11-20 has 0 ") })
            #expect(quiet.contains { $0.message.contains("usually has 4") })
            let window = day.interval(in: .gmt)
            func besidePass(since began: Timestamp) async throws -> Int {
                let work = WorkUnderWay(passBegan: began, windows: [try here.organization: window])
                return try await alarms(here, beside: work).filter { $0.code == .volumeLow }.count
            }
            #expect(try await besidePass(since: here.now()) == 0, "the pass has not come to its end")
            #expect(try await besidePass(since: here.now() - .hours(37)) == quiet.count, "it may be stuck")
            let lax = Watch(rules: AlarmLimits(off: Self.rules), timeZone: .gmt)
            let manifest = try Manifest(of: here.root, mode: .readOnly)
            defer { try? manifest.close() }
            let now = here.now()
            let standpoint = Standpoint(now: now, today: ArchiveDay(now, in: .gmt), horizon: .hours(168))
            let none = try await lax.alarms(of: here.organization, manifest: manifest, at: standpoint)
            #expect(none.filter { $0.code == .volumeLow } == [])
        }
    }

    @Test func `has a median`() {
        #expect(Watch.median([3]) == 3)
        #expect(Watch.median([9, 1, 2]) == 2)
        #expect(Watch.median([4, 1, 2, 3]) == 2.5)
    }

    @Test func `of tokens and disks is broken before they run out`() throws {
        let now = Timestamp(millisecondsSince1970: 1_763_700_000_000)
        let acme = try #require(OrganizationName("acme"))
        func token(_ status: TokenStatus?, renewable: Bool = true) -> [Alarm.Severity] {
            watch.alarms(of: acme, token: status, isRenewable: renewable, now: now).map(\.severity)
        }
        #expect(token(nil) == [])
        #expect(token(TokenStatus(refreshExpires: now + .hours(8 * 24))) == [])
        #expect(token(TokenStatus(accessExpires: now, refreshExpires: now + .hours(8 * 24))) == [])
        #expect(token(TokenStatus(refreshExpires: now + .hours(6 * 24))) == [.warning])
        #expect(token(TokenStatus(refreshExpires: now)) == [.critical])
        #expect(token(nil, renewable: false) == [.warning])
        #expect(token(TokenStatus(accessExpires: now + .hours(24)), renewable: false) == [.warning])
        #expect(token(TokenStatus(accessExpires: now + .hours(24 * 9)), renewable: false) == [])
        func disk(_ free: Int64) throws -> [Alarm.Severity] {
            // The space of a real disk, with another figure.
            var space = try ArchiveRoot(path: FileManager.default.temporaryDirectory.path).diskSpace()
            space.freeBytes = free
            return watch.alarms(of: space, path: "/var/lib/callark", minimumFreeBytes: 1000).map(\.severity)
        }
        #expect(try disk(5000) == [])
        #expect(try disk(4999) == [.warning])
        #expect(try disk(999) == [.critical])
    }
}

extension AlarmLimits {
    /// The same without the volume alarm.
    fileprivate init(off rules: AlarmLimits) {
        self = rules
        volumePercent = 0
    }
}
