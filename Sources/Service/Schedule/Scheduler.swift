import Archiver
import Foundation
import Logging
import Recordings

/// The clock of the schedule. Tests have their own.
protocol ScheduleClock: Sendable {
    var now: Timestamp { get }
    /// Waits until a time, or returns early.
    func sleep(until time: Timestamp) async throws
}

/// What the schedule keeps durably, so that a process that dies loses nothing of it.
protocol ScheduleStore: Sendable {
    /// When the service first ran the schedule of an organization. Runs that it missed since then are made up for.
    /// - Parameter now: stored as this time if the organization has none yet.
    func scheduleBegin(of organization: OrganizationName, now: Timestamp) async throws -> Timestamp
    /// The scheduled runs of an organization so far.
    func scheduleHistory(of organization: OrganizationName) async throws -> ScheduleRule.History
    /// Records durably that a run begins. Called before the run does anything.
    func noteBegin(of job: ScheduleJob, _ organization: OrganizationName, at time: Timestamp) async throws
    /// Records durably that a run has ended by itself.
    func noteEnd(of job: ScheduleJob, _ organization: OrganizationName, isDone: Bool, at time: Timestamp) async throws
    /// Records that a daily job ended. A job that was killed has no such record, so it is due again.
    func noteEnd(of daily: ScheduleRule.History.Daily, _ organization: OrganizationName) async throws
}

extension ServiceDatabase: ScheduleStore {}

/// The machine's clock. It is read again at least every minute, because someone may set it, and because the machine may
/// have been suspended.
struct WallClock: ScheduleClock {
    var now: Timestamp { Timestamp(Date()) }

    func sleep(until time: Timestamp) async throws {
        try await Task.sleep(for: min(max(time - now, .zero), .seconds(60)))
    }
}

/// Runs the schedule of each organization independently. The queue of passes makes sure that no two run at once.
struct Scheduler: Sendable {
    let rule: ScheduleRule
    let organizations: [OrganizationName]
    let database: any ScheduleStore
    let clock: any ScheduleClock
    let stop: StopRequest
    let logger: Logger
    /// Performs a run.
    /// - Returns: whether no retry is needed.
    let work: @Sendable (OrganizationName, ScheduleRule.Kind) async -> Bool

    /// How long to wait after an error of the database.
    private static let patience = Duration.seconds(60)

    /// Runs the schedule until the service stops and the current run has ended.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for organization in organizations {
                group.addTask { await keep(organization) }
            }
            group.addTask { await stop.wait() }
            await group.waitForAll()
        }
    }

    /// Runs the schedule of one organization until the service stops.
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

    /// Waits until the next run is due, or performs it if it is.
    /// - Returns: `false` if the schedule is off.
    private func step(_ organization: OrganizationName) async throws -> Bool {
        let since = try await database.scheduleBegin(of: organization, now: clock.now)
        let history = try await database.scheduleHistory(of: organization)
        let now = clock.now
        guard let next = rule.next(of: organization, history, since: since, now: now) else { return false }
        guard next.due <= now else {
            await wait(until: next.due)
            return true
        }
        try await database.noteBegin(of: next.kind.job, organization, at: now)
        let isDone = await work(organization, next.kind)
        if !stop.isMade { try await database.noteEnd(of: next.kind.job, organization, isDone: isDone, at: clock.now) }
        // A stopped daily job does not count as an attempt. The service does it again after its next start.
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
