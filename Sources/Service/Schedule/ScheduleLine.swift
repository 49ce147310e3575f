import Archiver
import Files
import Foundation
import Recordings
import Settings

/// `{"type":"schedule", …}`: what the schedule of a service has planned for an organization, what it does now, and what it did last.
package struct ScheduleLine: Encodable, Sendable {
    package var organization: OrganizationName
    /// Whether a service runs over the root, so that what is planned happens.
    package var isKept: Bool
    /// The part of the archives that the daily job reads back: 30 means a thirtieth; `nil` for none.
    package var verifyParts: Int?
    package var jobs: [Job]

    /// One job of the schedule.
    package struct Job: Encodable, Sendable {
        package var job: ScheduleJob
        package var next: Timestamp?
        package var isRunning: Bool
        package var last: ScheduleJob.Record?

        private enum CodingKeys: String, CodingKey {
            case job, running, complete
            case next = "next_time"
            case began = "began_time"
            case ended = "ended_time"
            case lastDone = "last_done_time"
        }

        package func encode(to encoder: any Encoder) throws {
            var line = encoder.container(keyedBy: CodingKeys.self)
            try line.encode(job, forKey: .job)
            try line.encode(isRunning, forKey: .running)
            try line.encode(next?.description, forKey: .next)
            try line.encode(last?.began.description, forKey: .began)
            try line.encode(last?.ended?.description, forKey: .ended)
            try line.encode(last?.lastDone?.description, forKey: .lastDone)
            try line.encode(last.flatMap { $0.ended == nil ? nil : $0.isDone }, forKey: .complete)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, kept, jobs
        case verifyShare = "verify_share"
    }

    package func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode("schedule", forKey: .type)
        try line.encode(organization, forKey: .organization)
        try line.encode(isKept, forKey: .kept)
        try line.encode(verifyParts.map { "1/\($0)" }, forKey: .verifyShare)
        try line.encode(jobs, forKey: .jobs)
    }
}

extension ScheduleLine {
    /// The schedules of organizations, from the service's database. It needs no service.
    /// - Returns: none if no schedule is configured, or if this account may not read the database.
    /// - Throws: `ServiceError` if the database cannot be used.
    package static func all(
        of names: [OrganizationName],
        in root: ArchiveRoot,
        _ schedule: ServiceSettings.Schedule,
        timeZone: TimeZone,
        now: Timestamp
    ) async throws -> [ScheduleLine] {
        guard schedule.isOn, FileManager.default.isWritableFile(atPath: root.servicePath) else { return [] }
        let database = try ServiceDatabase(path: root.servicePath)
        let rule = ScheduleRule(schedule: schedule, timeZone: timeZone)
        let lines = try await all(of: names, database, rule, isKept: ServiceLock.isHeld(over: root), now: now)
        try database.close()
        return lines
    }

    /// The same with a database that is open.
    static func all(
        of names: [OrganizationName],
        _ database: ServiceDatabase,
        _ rule: ScheduleRule,
        isKept: Bool,
        now: Timestamp
    ) async throws -> [ScheduleLine] {
        var lines: [ScheduleLine] = []
        for name in names {
            let since = try await database.scheduleSince(of: name) ?? now
            let history = try await database.scheduleHistory(of: name)
            let records = try await database.scheduleJobs(of: name)
            let planned = rule.planned(of: name, history, since: since, now: now)
            let jobs = ScheduleJob.allCases.compactMap { job -> Job? in
                let (next, last) = (planned[job], records[job])
                guard next != nil || last != nil else { return nil }
                // What had no end when its process ended does not run.
                let isRunning = isKept && last.map { $0.ended == nil } ?? false
                return Job(job: job, next: next.map { max($0, now) }, isRunning: isRunning, last: last)
            }
            lines.append(
                ScheduleLine(organization: name, isKept: isKept, verifyParts: rule.schedule.verifyParts, jobs: jobs)
            )
        }
        return lines
    }
}

extension ServiceSettings.Schedule {
    /// Whether anything is done by a schedule.
    var isOn: Bool { (poll ?? .zero) > .zero || daily != nil }
}
