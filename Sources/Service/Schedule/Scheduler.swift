import Archiver
import Foundation
import Logging
import Recordings

/// The time by which the schedule is kept.
protocol ScheduleClock: Sendable {
    var now: Timestamp { get }
    /// Waits until a time, or returns early.
    func sleep(until time: Timestamp) async throws
}

/// The machine's clock. It is looked at again every minute, since it may be set, and stands still while the machine sleeps.
struct WallClock: ScheduleClock {
    var now: Timestamp { Timestamp(Date()) }

    func sleep(until time: Timestamp) async throws {
        try await Task.sleep(for: min(max(time - now, .zero), .seconds(60)))
    }
}

/// Does what the schedule says, for each organization by itself; that no two passes run at once is the queue's concern.
struct Scheduler: Sendable {
    let rule: ScheduleRule
    let organizations: [OrganizationName]
    let database: ServiceDatabase
    let clock: any ScheduleClock
    let stop: StopRequest
    let logger: Logger
    /// Does one run.
    /// - Returns: whether there is nothing left to try again.
    let work: @Sendable (OrganizationName, ScheduleRule.Kind) async -> Bool

    /// What went wrong with the database is tried again after this long.
    private static let patience = Duration.seconds(60)

    /// Keeps the schedule until the service is to stop, and the run that is under way has ended.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for organization in organizations {
                group.addTask { await keep(organization) }
            }
            group.addTask { await stop.wait() }
            await group.waitForAll()
        }
    }

    /// Keeps the schedule of one organization until the service is to stop.
    private func keep(_ organization: OrganizationName) async {
        while !stop.isMade, !Task.isCancelled {
            do {
                guard try await step(organization) else { return }
            } catch {
                guard !stop.isMade, !Task.isCancelled else { return }
                logger.error(
                    "the schedule could not be kept",
                    metadata: ["organization": "\(organization)", "error": "\(error)"]
                )
                await wait(until: clock.now + Self.patience)
            }
        }
    }

    /// Waits for the next run, or does it if it is due.
    /// - Returns: `false` if the schedule has nothing for the organization.
    private func step(_ organization: OrganizationName) async throws -> Bool {
        let since = try await database.scheduleBegin(of: organization, now: clock.now)
        let history = try await database.scheduleHistory(of: organization)
        let now = clock.now
        guard let next = rule.next(of: organization, history, since: since, now: now) else { return false }
        guard next.due <= now else {
            await wait(until: next.due)
            return true
        }
        try await database.noteBegin(of: organization, at: now)
        let isDone = await work(organization, next.kind)
        // What was stopped is no attempt: the service does it when it is there again.
        guard case .daily(let day) = next.kind, !stop.isMade else { return true }
        let before = history.daily.map { $0.day == day ? $0.attempts : 0 } ?? 0
        let daily = ScheduleRule.History.Daily(day: day, ended: clock.now, attempts: before + 1, isDone: isDone)
        try await database.noteEnd(of: daily, organization)
        return true
    }

    private func wait(until time: Timestamp) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await clock.sleep(until: time) }
            group.addTask { await stop.wait() }
            await group.next()
            group.cancelAll()
        }
    }
}
