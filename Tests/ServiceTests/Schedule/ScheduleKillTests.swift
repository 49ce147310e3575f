import Archiver
import Foundation
import Logging
import Recordings
import Settings
import Synchronization
import Testing

@testable import Service

/// A day of the schedule on a simulated clock, in which the process dies at every step of every run.
@Suite struct `The schedule of a day with a change of the clocks` {
    /// The places at which a process may die: before each of its durable writes, and in its work.
    private enum Step: String, CaseIterable {
        case readBegin, readHistory, noteBegin, work, workEnd, noteEnd, noteDaily
    }

    private struct Killed: Error {}

    /// The machine: its clock, what is on its disk, and what was done. It outlives the lives.
    private final class Machine: ScheduleClock {
        struct State {
            var time: Timestamp
            /// The runs that were killed at this step already: each dies once.
            var killed: Set<String> = []
            /// The run that the process is about to make, or makes.
            var run = ""
            var isRunning = false
            var begun: [ScheduleRule.Kind] = []
            var finished: [ScheduleRule.Kind] = []
            var overlaps = 0
        }

        let state: Mutex<State>
        let end: Timestamp

        init(_ begin: Timestamp, hours: Int) {
            state = Mutex(State(time: begin))
            end = begin + .hours(hours)
        }

        var now: Timestamp { state.withLock(\.time) }

        func sleep(until time: Timestamp) async throws { state.withLock { $0.time = max($0.time, time) } }
    }

    /// One process: it reads and writes the disk until it is killed. Then nothing that it does has any effect.
    private final class Life: ScheduleStore {
        let machine: Machine
        let disk: ServiceDatabase
        let stop = StopRequest()
        let step: Step

        init(_ machine: Machine, _ disk: ServiceDatabase, killedAt step: Step) {
            self.machine = machine
            self.disk = disk
            self.step = step
        }

        /// Dies here if it should, and has not died here in this run before.
        func pass(_ here: Step) throws {
            let dies = machine.state.withLock { state in
                here == step && state.killed.insert("\(here) \(state.run)").inserted
            }
            if dies || machine.now >= machine.end {
                machine.state.withLock { $0.isRunning = false }
                stop.make()
            }
            if stop.isMade { throw Killed() }
        }

        func scheduleBegin(of organization: OrganizationName, now: Timestamp) async throws -> Timestamp {
            // Between two runs, the time tells which one is next.
            machine.state.withLock { $0.run = "before \(now)" }
            try pass(.readBegin)
            return try await disk.scheduleBegin(of: organization, now: now)
        }

        func scheduleHistory(of organization: OrganizationName) async throws -> ScheduleRule.History {
            try pass(.readHistory)
            return try await disk.scheduleHistory(of: organization)
        }

        func noteBegin(of job: ScheduleJob, _ organization: OrganizationName, at time: Timestamp) async throws {
            // A daily job that died is tried again later, and is the same run. Any other begins at a time of its own.
            machine.state.withLock { $0.run = job == .daily ? "daily" : "\(job) \(time)" }
            try pass(.noteBegin)
            try await disk.noteBegin(of: job, organization, at: time)
        }

        func noteEnd(
            of job: ScheduleJob,
            _ organization: OrganizationName,
            isDone: Bool,
            at time: Timestamp
        ) async throws {
            try pass(.noteEnd)
            try await disk.noteEnd(of: job, organization, isDone: isDone, at: time)
        }

        func noteEnd(of daily: ScheduleRule.History.Daily, _ organization: OrganizationName) async throws {
            try pass(.noteDaily)
            try await disk.noteEnd(of: daily, organization)
        }

        func work(_ kind: ScheduleRule.Kind) async -> Bool {
            machine.state.withLock { state in
                state.overlaps += state.isRunning ? 1 : 0
                state.isRunning = true
                state.begun.append(kind)
            }
            do {
                try pass(.work)
                // A run takes a while.
                machine.state.withLock { $0.time = $0.time + .seconds(90) }
                machine.state.withLock { $0.finished.append(kind) }
                try pass(.workEnd)
            } catch {
                return false
            }
            machine.state.withLock { $0.isRunning = false }
            return true
        }
    }

    private static let acme = OrganizationName("acme") ?? { preconditionFailure("a name") }()

    /// Lives through 24 hours, in as many processes as it takes.
    private func live(_ schedule: ServiceSettings.Schedule, _ zone: TimeZone, _ day: ArchiveDay, _ step: Step)
        async throws
        -> (Machine.State, ScheduleRule.History)
    {
        // A disk in memory is durable enough for processes that only seem to die, and much faster.
        let base = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        let folder = "\(base)/callark-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let disk = try ServiceDatabase(path: "\(folder)/service.sqlite")
        let machine = Machine(day.interval(in: zone).lowerBound, hours: 24)
        var lives = 0
        while machine.now < machine.end {
            let life = Life(machine, disk, killedAt: step)
            let scheduler = Scheduler(
                rule: ScheduleRule(schedule: schedule, timeZone: zone),
                organizations: [Self.acme],
                database: life,
                clock: machine,
                stop: life.stop,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ) { _, kind in await life.work(kind) }
            await scheduler.run()
            lives += 1
            // A process that dies at once again and again would never come to anything.
            try #require(lives < 10_000)
        }
        let history = try await disk.scheduleHistory(of: Self.acme)
        try disk.close()
        return (machine.state.withLock(\.self), history)
    }

    private static let days = [
        ("Europe/Berlin", "2027-03-28", "02:30"), ("Europe/Berlin", "2027-10-31", "02:30"),
        ("America/New_York", "2027-03-14", "02:30"), ("America/New_York", "2027-11-07", "01:30"),
        ("Australia/Lord_Howe", "2027-10-03", "02:15"), ("Australia/Lord_Howe", "2027-04-04", "01:45"),
    ]

    @Test(arguments: Self.days)
    func `has its daily job once, and no run twice at a time, wherever its process dies`(
        _ zone: String,
        _ date: String,
        _ time: String
    ) async throws {
        let zone = try #require(TimeZone(identifier: zone))
        let day = try #require(ArchiveDay(date))
        let schedule = ServiceSettings.Schedule(poll: .minutes(30), daily: ClockTime(time), verifyParts: 30)
        for step in Step.allCases {
            let (state, history) = try await live(schedule, zone, day, step)
            #expect(state.overlaps == 0, "\(step)")
            // Every step was died at.
            #expect(state.killed.count > (step == .noteDaily ? 0 : 40), "\(step): \(state.killed.count)")
            let daily = state.finished.filter { $0.job == .daily }
            // Only work that was done, and not noted, is done again.
            let isRepeated = [Step.workEnd, .noteEnd, .noteDaily].contains(step)
            #expect(daily == Array(repeating: .daily(day), count: isRepeated ? 2 : 1), "\(step): \(daily)")
            #expect(
                history.daily?.day == day && history.daily?.isDone == true && history.daily?.attempts == 1,
                "\(step)"
            )
            // A poll that died in its work is made up for by the next; here, each of them dies.
            #expect((44...50).contains(state.begun.count { $0 == .poll }), "\(step)")
            let polls = state.finished.count { $0 == .poll }
            #expect(step == .work ? polls == 0 : (44...50).contains(polls), "\(step): \(polls)")
        }
    }
}
