import Archiver
import Files
import Foundation
import Logging
import Recordings
import Settings
import Synchronization
import TestSupport
import Testing

@testable import Service
@testable import Wiring

/// The schedule over several days, on a simulated clock.
@Suite struct `The schedule` {
    /// A clock that jumps to the requested time as soon as a task waits for it.
    private final class Clock: ScheduleClock {
        private let time: Mutex<Timestamp>

        init(_ time: Timestamp) { self.time = Mutex(time) }

        var now: Timestamp { time.withLock(\.self) }

        func sleep(until time: Timestamp) async throws { set(time) }

        func set(_ new: Timestamp) { time.withLock { $0 = max($0, new) } }
    }

    private struct Done: Hashable, Sendable {
        var kind: ScheduleRule.Kind
        var time: Timestamp
    }

    private static let acme = OrganizationName("acme") ?? { preconditionFailure("a name") }()

    /// Runs the schedule from one time to another.
    /// - Parameters:
    ///   - killed: the numbers of the runs in which the service is killed. It is restarted at once.
    ///   - hasUpkeep: whether the hourly upkeep counts as a run too.
    ///   - isDone: whether a daily job succeeds, by its number.
    private func run(
        _ schedule: ServiceSettings.Schedule,
        _ zone: String,
        from: String,
        hours: Int,
        killed: Set<Int> = [],
        hasUpkeep: Bool = false,
        isDone: @escaping @Sendable (Int) -> Bool = { _ in true }
    ) async throws -> [Done] {
        let folder = try TemporaryFolder()
        let database = try ServiceDatabase(path: "\(folder.path)/service.sqlite")
        let zone = try #require(TimeZone(identifier: zone))
        let begin = Timestamp(try Date(from, strategy: .iso8601))
        let (clock, end) = (Clock(begin), begin + .hours(hours))
        let done = Notes<Done>()
        while clock.now < end {
            let stop = StopRequest()
            let scheduler = Scheduler(
                rule: ScheduleRule(schedule: schedule, timeZone: zone),
                organizations: [Self.acme],
                database: database,
                clock: clock,
                stop: stop,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ) { _, kind in
                guard clock.now < end else {
                    stop.make()
                    return true
                }
                guard kind != .upkeep || hasUpkeep else { return true }
                let number = done.all.count
                done.add(Done(kind: kind, time: clock.now))
                // A run takes a while.
                clock.set(clock.now + .seconds(90))
                if killed.contains(number) { stop.make() }
                return isDone(number)
            }
            await scheduler.run()
        }
        try database.close()
        return done.all
    }

    private func days(_ done: [Done]) -> [String] {
        done.compactMap { if case .daily(let day) = $0.kind { day.description } else { nil } }
    }

    @Test(arguments: [
        ("Europe/London", "2026-03-28T00:00:00Z", "01:30"), ("Europe/London", "2026-10-24T00:00:00Z", "01:30"),
        ("America/New_York", "2026-03-07T05:00:00Z", "02:30"), ("America/New_York", "2026-10-31T04:00:00Z", "01:30"),
        ("Australia/Lord_Howe", "2026-10-02T14:00:00Z", "02:15"),
        ("Australia/Lord_Howe", "2026-04-03T14:00:00Z", "01:45"),
    ])
    func `has one daily job on each day, over the change of the clocks`(
        _ zone: String,
        _ from: String,
        _ time: String
    ) async throws {
        let schedule = ServiceSettings.Schedule(poll: .minutes(15), daily: ClockTime(time))
        let done = try await run(schedule, zone, from: from, hours: 72)
        let days = days(done)
        #expect(days.count == 3 && Set(days).count == 3, "\(days)")
        let polls = done.filter { $0.kind == .poll }.map(\.time)
        #expect((270...290).contains(polls.count), "\(polls.count)")
        // No two runs overlap.
        let times = done.map(\.time)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= .seconds(90) })
    }

    @Test func `resumes after a kill at any of its steps`() async throws {
        let schedule = ServiceSettings.Schedule(poll: .hours(6), daily: ClockTime("03:30"))
        for killed in 0..<12 {
            let done = try await run(
                schedule,
                "Europe/London",
                from: "2026-03-28T00:00:00Z",
                hours: 72,
                killed: [killed]
            )
            let days = days(done)
            #expect(Set(days).count == 3, "\(days)")
            // Only a killed daily job runs twice.
            let wasDaily = done[killed].kind.job == .daily
            #expect(days.count == (wasDaily ? 4 : 3), "\(killed): \(days)")
        }
    }

    @Test func `tries a daily job again that was not complete, a few times`() async throws {
        let schedule = ServiceSettings.Schedule(daily: ClockTime("03:30"))
        let some = try await run(schedule, "UTC", from: "2026-11-28T00:00:00Z", hours: 48) { $0 >= 3 }
        #expect(days(some) == ["2026-11-28", "2026-11-28", "2026-11-28", "2026-11-28", "2026-11-29"])
        let gaps = zip(some, some.dropFirst()).prefix(3).map { $1.time - $0.time }
        #expect(gaps.allSatisfy { $0 == ScheduleRule.retryDelay + .seconds(90) })
        let never = try await run(schedule, "UTC", from: "2026-11-28T00:00:00Z", hours: 48) { _ in false }
        #expect(days(never).filter { $0 == "2026-11-28" }.count == ScheduleRule.maxAttempts)
        #expect(days(never).filter { $0 == "2026-11-29" }.count == ScheduleRule.maxAttempts)
    }

    @Test func `looks after tokens and anchors once an hour, beside everything else`() async throws {
        let schedule = ServiceSettings.Schedule(poll: .minutes(1), daily: ClockTime("03:30"))
        let done = try await run(schedule, "UTC", from: "2026-11-28T00:00:00Z", hours: 6, hasUpkeep: true)
        let upkeep = done.filter { $0.kind == .upkeep }.map(\.time)
        // Each poll takes longer than a minute, so one is always due, and does not keep the upkeep waiting.
        #expect((5...7).contains(upkeep.count), "\(upkeep.count)")
        #expect(zip(upkeep, upkeep.dropFirst()).allSatisfy { $1 - $0 <= .minutes(65) })
        #expect(days(done) == ["2026-11-28"])
    }

    @Test func `says what is planned, runs and is done`() async throws {
        let folder = try TemporaryFolder()
        let database = try ServiceDatabase(path: "\(folder.path)/service.sqlite")
        let schedule = ServiceSettings.Schedule(poll: .minutes(15), daily: ClockTime("03:30"), verifyParts: 30)
        let rule = ScheduleRule(schedule: schedule, timeZone: .gmt)
        let now = Self.begin + .hours(12)
        func jobs(isKept: Bool = true) async throws -> [ScheduleJob: ScheduleLine.Job] {
            let lines = try await ScheduleLine.all(of: [Self.acme], database, rule, isKept: isKept, now: now)
            return Dictionary(uniqueKeysWithValues: lines[0].jobs.map { ($0.job, $0) })
        }
        let planned = try await jobs()
        #expect(Set(planned.keys) == Set(ScheduleJob.allCases))
        #expect(planned.values.allSatisfy { !$0.isRunning && $0.last == nil && $0.next.map { $0 >= now } == true })
        _ = try await database.scheduleBegin(of: Self.acme, now: now)
        try await database.noteBegin(of: .poll, Self.acme, at: now)
        #expect(try await jobs()[.poll]?.isRunning == true)
        // Nothing runs without a service, even if the last one died at it.
        #expect(try await jobs(isKept: false)[.poll]?.isRunning == false)
        try await database.noteEnd(of: .poll, Self.acme, isDone: true, at: now + .minutes(1))
        try await database.noteBegin(of: .poll, Self.acme, at: now + .minutes(15))
        try await database.noteEnd(of: .poll, Self.acme, isDone: false, at: now + .minutes(16))
        let poll = try #require(try await jobs()[.poll]?.last)
        #expect(poll.began == now + .minutes(15) && poll.ended == now + .minutes(16) && !poll.isDone)
        #expect(poll.lastDone == now + .minutes(1))
        try database.close()
    }

    @Test func `is in the status`() async throws {
        let schedule = "schedule: { poll_minutes: 1440, daily_at: \"03:30\", verify_share: 1/30 }"
        try await Office.with(isArchived: false, settings: "service: { listen: \"127.0.0.1:0\", \(schedule) }") {
            office in
            let key = try await office.key(organizations: ["beta"])
            let lines = try await office.ask("/api/v1/status", key: key).json["schedule"]?.list ?? []
            #expect(lines.map { $0["organization"] } == [.text("beta")])
            #expect(lines.first?["kept"] == .boolean(true))
            let jobs = lines.first?["jobs"]?.list.compactMap { $0["job"]?.text } ?? []
            #expect(jobs == ["poll", "daily", "upkeep", "verification"])
        }
        try await Office.with(isArchived: false) { office in
            let status = try await office.ask("/api/v1/status", key: office.key()).json
            #expect(status["schedule"]?.list.isEmpty == true)
        }
    }

    @Test func `does not read the archives again if a daily job is retried`() async throws {
        // Not during this test, whenever that runs.
        let hour = (Calendar.current.dateComponents(in: .gmt, from: Date()).hour ?? 0) + 12
        let daily = "\(String(format: "%02d", hour % 24)):00"
        let settings = """
            service: { listen: "127.0.0.1:0", schedule: { daily_at: "\(daily)", verify_share: 1/30 } }
            """
        try await Office.with(settings: settings) { office in
            let database = try ServiceDatabase(path: office.installation.root.servicePath)
            let work = ScheduledWork(
                installation: office.installation,
                stop: office.stop,
                database: database,
                delays: StoringDelays()
            )
            let today = ArchiveDay(office.installation.now, in: office.installation.timeZone)
            func verified() async throws -> ScheduleJob.Record? {
                try await database.scheduleJobs(of: Self.acme)[.verification]
            }
            _ = await work.run(Self.acme, .daily(today))
            let first = try #require(try await verified())
            #expect(first.ended != nil)
            _ = await work.run(Self.acme, .daily(today))
            #expect(try await verified() == first)
            // The next day has its own share.
            _ = await work.run(Self.acme, .daily(today.next))
            #expect(try await verified()?.began != first.began)
            try database.close()
        }
    }

    @Test func `does nothing if it is empty, and ends`() async throws {
        let folder = try TemporaryFolder()
        let database = try ServiceDatabase(path: "\(folder.path)/service.sqlite")
        let stop = StopRequest()
        stop.make()
        let scheduler = Scheduler(
            rule: ScheduleRule(schedule: ServiceSettings.Schedule(), timeZone: .gmt),
            organizations: [Self.acme],
            database: database,
            clock: WallClock(),
            stop: stop,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { _, _ in
            Issue.record("nothing was scheduled")
            return true
        }
        await scheduler.run()
    }

    // MARK: - The rule

    private static let begin = Timestamp(millisecondsSince1970: 1_795_824_000_000)  // 2026-11-28T00:00:00Z

    private func next(
        _ schedule: ServiceSettings.Schedule,
        _ history: ScheduleRule.History = .init(),
        at hours: Int,
        since: Int = 0
    ) throws -> ScheduleRule.Run? {
        var history = history
        // Upkeep is not what these tests are about.
        history.lastUpkeep = Self.begin + .hours(100_000)
        return ScheduleRule(schedule: schedule, timeZone: .gmt)
            .next(of: Self.acme, history, since: Self.begin + .hours(since), now: Self.begin + .hours(hours))
    }

    private func history(_ day: String, endedAt hours: Int, isDone: Bool = true) throws -> ScheduleRule.History {
        let daily = ScheduleRule.History.Daily(
            day: try #require(ArchiveDay(day)),
            ended: Self.begin + .hours(hours),
            attempts: 1,
            isDone: isDone
        )
        return ScheduleRule.History(lastBegan: Self.begin + .hours(hours), daily: daily)
    }

    @Test(
        arguments: [
            // The service has just started: it waits for today's time, or for tomorrow's if that has passed.
            (nil, 1, "2026-11-28", false), (nil, 12, "2026-11-29", false),
            // Yesterday's job is done.
            ("2026-11-27", 1, "2026-11-28", false), ("2026-11-27", 12, "2026-11-28", true),
            // Today's job is done.
            ("2026-11-28", 12, "2026-11-29", false),
            // Several days were missed: only the last is made up for.
            ("2026-11-20", 1, "2026-11-27", true), ("2026-11-20", 12, "2026-11-28", true),
            // The clock was set back.
            ("2026-11-30", 12, "2026-12-01", false),
        ] as [(String?, Int, String, Bool)]
    )
    func `makes up for what was missed, once`(_ last: String?, _ hour: Int, _ day: String, _ isDue: Bool) throws {
        let schedule = ServiceSettings.Schedule(daily: ClockTime("03:30"))
        let before = try last.map { try history($0, endedAt: -1) } ?? ScheduleRule.History()
        let run = try #require(try next(schedule, before, at: hour, since: last == nil ? hour : 0))
        #expect(run.kind == .daily(try #require(ArchiveDay(day))))
        #expect((run.due <= Self.begin + .hours(hour)) == isDue)
    }

    @Test func `polls at times that do not drift, and are each organization's own`() throws {
        let schedule = ServiceSettings.Schedule(poll: .hours(1))
        let first = try #require(try next(schedule, at: 0))
        #expect(first.due > Self.begin && first.due <= Self.begin + .hours(1))
        var history = ScheduleRule.History(lastBegan: first.due + .minutes(7))
        #expect(try next(schedule, history, at: 2)?.due == first.due + .hours(1))
        history.lastBegan = first.due - .hours(50)
        let late = try #require(try next(schedule, history, at: 2))
        #expect(late.due <= Self.begin + .hours(2))
        let rule = ScheduleRule(schedule: schedule, timeZone: .gmt)
        let dues = ["acme", "beta", "gamma"].compactMap { OrganizationName($0) }.compactMap {
            rule.next(of: $0, .init(), since: Self.begin, now: Self.begin)?.due
        }
        #expect(Set(dues).count == 3)
    }

    @Test func `does the daily job instead of polling if both are due`() throws {
        let schedule = ServiceSettings.Schedule(poll: .minutes(15), daily: ClockTime("03:30"))
        let run = try #require(try next(schedule, try history("2026-11-27", endedAt: 0), at: 12))
        #expect(run.kind != .poll)
    }
}
