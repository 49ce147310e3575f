import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import Testing
import WebexContactCenter

@testable import Archiver

@Suite struct `An alarm` {
    private static let rules = AlarmLimits(
        completePass: .hours(36),
        volumePercent: 0,
        token: .hours(7 * 24),
        horizon: .hours(24),
        purge: .hours(30 * 24),
        openDay: .hours(3 * 24),
        freeBytes: 0
    )
    private let watch = Watch(rules: rules, timeZone: .gmt)

    private func alarms(_ here: Installation, beside work: WorkUnderWay = WorkUnderWay()) async throws -> [Alarm] {
        let manifest = try Manifest(of: here.root, mode: .readOnly)
        defer { try? manifest.close() }
        let now = here.now()
        let standpoint = Standpoint(now: now, today: ArchiveDay(now, in: .gmt), horizon: .hours(7 * 24))
        return try await watch.alarms(of: here.organization, manifest: manifest, at: standpoint, beside: work)
    }

    @Test func `of a pass that could not go on says when and why, until one goes through`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            try await here.pass(.sinceLastPass)
            here.simulator.inject(FaultRule(.tasks, .always, .status(403)))
            let failed = try await here.pass(.sinceLastPass)
            let alarm = try #require(try await alarms(here).first)
            #expect(alarm.code == .lastPassFailed)
            #expect(alarm.cause == .authorization)
            #expect(alarm.message.contains("\(try #require(failed.failure))"))
            #expect(alarm.message.hasPrefix("the last pass failed at 2025-11-22 "))
            #expect(alarm.command == "callark archive --org acme")
            let stop = StopRequest()
            stop.make()
            try await here.pass(.sinceLastPass, stop: stop)
            #expect(try await alarms(here).map(\.code) == [.lastPassFailed], "one that was stopped mends nothing")
            here.simulator.clearFaults()
            try await here.pass(.sinceLastPass)
            #expect(try await alarms(here) == [])
        }
    }

    @Test func `is reported by a pass over the last moments as before`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            try await here.pass(.sinceLastPass)
            here.simulator.clock.advance(by: .seconds(37 * 3600))
            #expect(try await here.pass(.between(from: here.now() - .minutes(10), to: nil)).isComplete)
            let late = try #require(try await alarms(here).first)
            #expect(late.code == .noCompletePass, "nobody has looked at the hours before")
            #expect(late.message.contains("37 hours"))
            try await here.pass(.between(from: here.now() - .hours(72), to: nil))
            #expect(try await alarms(here) == [], "that one joins what was listed")
        }
    }

    @Test func `is ended by a first pass from a given time up to the present, and as long as by any other`()
        async throws
    {
        try await Installation.with(.small(mix: .plain)) { here in
            #expect(try await here.pass(.between(from: here.now() - .hours(72), to: nil)).isComplete)
            #expect(try await alarms(here) == [])
            here.simulator.clock.advance(by: .seconds(37 * 3600))
            let late = try #require(try await alarms(here).first)
            #expect(late.message.hasPrefix("no pass up to the present has been complete for 37 hours"))
        }
    }

    @Test func `about the present is reported whatever else was archived, until a pass up to it is complete`()
        async throws
    {
        try await Installation.with(.small(mix: .plain)) { here in
            #expect(try await here.pass().isComplete)
            let first = try #require(try await alarms(here).first)
            #expect(first.code == .noCompletePass && first.isOfTheFirstPass)
            let told = "no pass up to the present has run yet; the last one was complete, but only from "
            #expect(first.message.hasPrefix(told))
            #expect(first.command == "callark archive --org acme")
            let now = here.now()
            let running = WorkUnderWay(passBegan: now, windows: [try here.organization: (now - .hours(48))..<now])
            let waiting = try #require(try await alarms(here, beside: running).first)
            #expect(waiting.message.contains("; one has been running since 20"), "another one could not run now")
            try await here.pass(.sinceLastPass)
            #expect(try await alarms(here) == [])
            here.simulator.clock.advance(by: .seconds(37 * 3600))
            #expect(try await here.pass().isComplete)
            let late = try #require(try await alarms(here).first)
            #expect(late.code == .noCompletePass && !late.isOfTheFirstPass)
            #expect(late.message.hasPrefix("no pass up to the present has been complete for 37 hours"))
        }
    }

    @Test func `of an open day is not about one that nobody can list, such as that of a wrong time`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let times = #""status":"completed","captureRequested":false,"createdTime":1000000000001"#
            let row = #"{"id":"strange","attributes":{\#(times)}}"#
            here.simulator.inject(FaultRule(.tasks, .first(1), .status(200, body: #"{"meta":{},"data":[\#(row)]}"#)))
            try await here.pass(.sinceLastPass)
            let known = try await here.open { archive in
                try await archive.context.manifest.daysWithListedTasks(
                    try here.organization,
                    through: try here.day,
                    timeZone: .gmt
                )
            }
            #expect(known.contains { $0.year == 2001 })
            #expect(try await alarms(here) == [])
        }
    }

    @Test func `of an open day is raised by whatever began it, and not while a pass works on it`() async throws {
        let days = ["2025-09-10", "2025-09-20", "2025-11-20"]
        try await Installation.with(try .small(days: days, mix: .plain)) { here in
            try await here.pass(.sinceLastPass)
            let (name, old) = (try here.organization, try #require(ArchiveDay(days[1])))
            here.simulator.inject(FaultRule(.captures, .always, .status(500)))
            let broken = try await here.open {
                try await $0.archive([name], request: .day(old), isBackfill: true).first
            }
            #expect(broken?.failure != nil)
            here.simulator.clearFaults()
            let alarm = try #require(try await alarms(here).first)
            #expect(try await alarms(here).map(\.code) == [.daysOpen])
            #expect(alarm.message.hasPrefix("1 day is over and not closed, the oldest \(old) (not listed, "))
            #expect(alarm.command == "callark archive --org acme --day \(old)")
            let now = here.now()
            func besidePass(over day: String, since began: Timestamp) async throws -> [Alarm.Code] {
                let window = try #require(ArchiveDay(day)).interval(in: .gmt)
                let work = WorkUnderWay(passBegan: began, windows: [name: window])
                return try await alarms(here, beside: work).map(\.code)
            }
            #expect(try await besidePass(over: days[1], since: now) == [])
            #expect(try await besidePass(over: days[0], since: now) == [.daysOpen])
            #expect(try await besidePass(over: days[1], since: now - .hours(37)) == [.daysOpen], "it may be stuck")
            let backfilling = WorkUnderWay(passBegan: nil, isBackfilling: true)
            #expect(try await alarms(here, beside: backfilling) == [], "it goes on with that day")
            // A part of a day counts as begun too.
            let half = try #require(ArchiveDay(days[0])).interval(in: .gmt).lowerBound + .hours(6)
            #expect(try await here.pass(.between(from: half, to: half + .hours(1))).isComplete)
            let both = try #require(try await alarms(here).first)
            #expect(both.message.hasPrefix("2 days are over and not closed, the oldest \(days[0])"))
            for day in days.dropLast() { #expect(try await here.pass(.day(#require(ArchiveDay(day)))).isComplete) }
            #expect(try await alarms(here) == [])
        }
    }

    @Test func `knows the running pass by its notice, for each organization until it is done with it`() throws {
        let (acme, other) = (try #require(OrganizationName("acme")), try #require(OrganizationName("other")))
        let now = Timestamp(millisecondsSince1970: 1_763_700_000_123)
        let window = PassWindow(range: (now - .hours(48))..<now, isExplicit: false)
        var activity = PassActivity()
        for name in [acme, other] { activity.count(.began(name, window)) { now } }
        activity.count(.step(other, .done)) { now }
        let content = PassNotice.Content(
            process: 4711,
            command: "archive",
            started: now,
            updated: now,
            activity: activity.report(now: now)
        )
        let work = WorkUnderWay(PassNotice.Running(process: 4711, content: content))
        func covered(_ name: OrganizationName, after time: Duration) -> Range<Timestamp>? {
            work.window(of: name, now: now + time, patience: .hours(36))
        }
        #expect(covered(acme, after: .zero) == window.range)
        #expect(covered(acme, after: .hours(37)) == nil)
        #expect(covered(other, after: .zero) == nil)
        #expect(WorkUnderWay(PassNotice.Running(process: 4711)) == WorkUnderWay())
    }

    @Test func `about the present begins with the first pass up to it that is not complete`() async throws {
        var mix = CallMix.plain
        mix.missingCalls = [2, 5]
        let days = ["2025-11-10", "2025-11-20"]
        try await Installation.with(try .small(days: days, mix: mix)) { here in
            #expect(try await !here.pass(.sinceLastPass).isComplete)
            let old = try #require(ArchiveDay(days[0]))
            try await here.pass(.day(old))
            let ofOld = try await here.gaps().filter { $0.day == old }
            try await here.explain(ofOld.map(\.taskID))
            #expect(try await here.pass(.day(old)).isComplete)
            #expect(try await alarms(here).map(\.code).contains(.noCompletePass))
        }
    }

    @Test func `says why no pass has been complete`() async throws {
        var mix = CallMix.plain
        mix.missingCalls = [2, 5]
        try await Installation.with(.small(mix: mix)) { here in
            try await here.pass(.sinceLastPass)
            let missing = try await here.gaps()
            let alarm = try #require(try await alarms(here).first)
            #expect(alarm.code == .noCompletePass)
            #expect(alarm.message.contains("\(missing.count) pending"))
            #expect(alarm.message.contains("callark gaps --org acme"))
            try await here.explain(missing.map(\.taskID))
            try await here.pass(.sinceLastPass)
            #expect(try await alarms(here) == [])
        }
    }

    @Test func `is not about calls that were not asked about yet`() async throws {
        var mix = CallMix.plain
        mix.missingCalls = [2, 5]
        let days = ["2025-10-30", "2025-11-20"]
        try await Installation.with(try .small(days: days, mix: mix)) { here in
            try await here.pass(.sinceLastPass)
            try await here.explain(try await here.gaps().map(\.taskID))
            try await here.pass(.sinceLastPass)
            here.simulator.inject(FaultRule(.captures, .always, .status(500)))
            let old = try #require(ArchiveDay(days[0]))
            let broken = try await here.pass(.day(old))
            #expect(broken.failure != nil && broken.summary.recordings.unexplained > 0)
            func codes() async throws -> Set<Alarm.Code> { Set(try await alarms(here).map(\.code)) }
            #expect(try await codes() == [.lastPassFailed, .daysOpen])
            here.simulator.clearFaults()
            try await here.pass(.day(old))
            #expect(try await !codes().contains(.gapsUnexplained), "one answer is not the last word")
            here.simulator.clock.advance(by: .seconds(3600))
            try await here.pass(.sinceLastPass)
            let missing = try await here.gaps().filter { $0.day == old }
            #expect(Set(missing.map(\.reason)) == [.neverAvailable])
            let alarm = try #require(try await alarms(here).first { $0.code == .gapsUnexplained })
            #expect(alarm.message.hasPrefix("\(missing.count) missing past the horizon"))
            #expect(alarm.command == "callark gaps --org acme")
            #expect(alarm.message.contains("`callark gaps explain TASK_ID --reason REASON --note TEXT`"))
            #expect(try await alarms(here).contains { $0.code == .daysOpen })
            try await here.explain(missing.map(\.taskID))
            #expect(try await codes() == [.daysOpen])
            try await here.pass(.sinceLastPass)
            #expect(try await codes() == [])
        }
    }

    @Test func `of an open day names what is in the way and what closes it`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            try await here.pass(.sinceLastPass)
            here.simulator.clock.advance(by: .seconds(9 * 86_400))
            let open = try #require(try await alarms(here).first { $0.code == .daysOpen })
            #expect(open.message.hasPrefix("6 days are over and not closed, the oldest 2025-11-22 (not listed)"))
            #expect(open.command == "callark archive --org acme --day 2025-11-22")
            for _ in 0..<6 {
                let alarm = try #require(try await alarms(here).first { $0.code == .daysOpen })
                let day = try #require(alarm.command?.split(separator: " ").last.flatMap { ArchiveDay(String($0)) })
                try await here.pass(.day(day))
            }
            #expect(try await alarms(here).filter { $0.code == .daysOpen } == [])
        }
    }

    /// The hours since the call's creation, how often it was asked about (`nil` for a failed recording), and the
    /// resulting urgency.
    @Test(
        arguments: [
            (1, 5, .none), (143, 5, .none), (144, 5, .near), (144, 1, .near), (144, 0, .none), (167, 5, .near),
            (168, 5, .final), (168, 2, .final), (168, 1, .none), (168, 0, .none), (9000, 0, .none), (9000, 1, .none),
            (143, nil, .none), (144, nil, .near), (168, nil, .final),
        ] as [(Int, Int?, GapUrgency)]
    )
    func `of a gap is as urgent as its horizon is near, if it was asked about`(
        _ hours: Int,
        _ asks: Int?,
        _ urgency: GapUrgency
    ) throws {
        let created = Timestamp(millisecondsSince1970: 1_763_625_600_000)
        let task = try #require(TaskID("aaaaaaaa-0000-4000-8000-000000000001"))
        var gap = Gap(
            organization: try #require(OrganizationName("acme")),
            day: ArchiveDay(created, in: .gmt),
            taskID: task,
            createdTime: created,
            reason: .notYetAvailable
        )
        gap.evidence.asks = asks
        if asks == nil {
            gap.recording = RecordingKey(
                taskID: task,
                recordingID: try #require(RecordingID("dddddddd-0000-4000-8000-000000000001")),
                kind: .recording,
                isSegment: false,
                callType: "main",
                startTime: created,
                providerFileName: "one.wav"
            )
        }
        let now = created + .hours(hours)
        let standpoint = Standpoint(now: now, today: ArchiveDay(now, in: .gmt), horizon: .hours(168))
        #expect(GapUrgency(gap, at: standpoint, near: .hours(24)) == urgency)
    }

    @Test func `of a refused token is critical until there is another`() throws {
        let now = Timestamp(millisecondsSince1970: 1_763_700_000_000)
        let acme = try #require(OrganizationName("acme"))
        var status = TokenStatus(obtained: now, refreshExpires: now + .hours(80 * 24))
        func alarms() -> [Alarm] { watch.alarms(of: acme, token: status, isRenewable: true, now: now) }
        #expect(alarms() == [])
        status.refusal = TokenRefusal(time: now, reason: "the token endpoint answered 400")
        #expect(alarms().map(\.code) == [.tokenRefused])
        #expect(alarms().map(\.severity) == [.critical])
        #expect(alarms().first?.message.contains("at 2025-11-21 04:40 UTC (the token endpoint answered 400)") == true)
        #expect(alarms().first?.command == "callark auth login --org acme")
    }
}
