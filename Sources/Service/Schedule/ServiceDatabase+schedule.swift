import Foundation
import GRDB
import Recordings

extension ServiceDatabase {
    /// The scheduled runs of an organization so far.
    func scheduleHistory(of organization: OrganizationName) async throws -> ScheduleRule.History {
        try await read { db in
            let select = "SELECT * FROM schedule WHERE organization = ?"
            guard let row = try Row.fetchOne(db, sql: select, arguments: [organization.description]) else {
                return ScheduleRule.History()
            }
            func time(_ column: String) -> Timestamp? {
                (row[column] as Int64?).map(Timestamp.init(millisecondsSince1970:))
            }
            var history = ScheduleRule.History(lastBegan: time("last_began"))
            history.lastUpkeep = try Self.jobs(of: organization, db)[.upkeep]?.began
            if let day = (row["daily_day"] as String?).flatMap({ ArchiveDay($0) }), let ended = time("daily_ended") {
                history.daily = ScheduleRule.History.Daily(
                    day: day,
                    ended: ended,
                    attempts: row["daily_attempts"],
                    isDone: row["daily_done"]
                )
            }
            return history
        }
    }

    /// When the service first ran the schedule of an organization; `nil` if it never did.
    func scheduleSince(of organization: OrganizationName) async throws -> Timestamp? {
        try await read { db in
            let select = "SELECT since FROM schedule WHERE organization = ?"
            let since = try Int64.fetchOne(db, sql: select, arguments: [organization.description])
            return since.map(Timestamp.init(millisecondsSince1970:))
        }
    }

    /// The last run of each job of an organization.
    func scheduleJobs(of organization: OrganizationName) async throws -> [ScheduleJob: ScheduleJob.Record] {
        try await read { db in try Self.jobs(of: organization, db) }
    }

    private static func jobs(
        of organization: OrganizationName,
        _ db: Database
    ) throws -> [ScheduleJob: ScheduleJob.Record] {
        let select = "SELECT * FROM schedule_job WHERE organization = ?"
        var jobs: [ScheduleJob: ScheduleJob.Record] = [:]
        for row in try Row.fetchAll(db, sql: select, arguments: [organization.description]) {
            guard let job = ScheduleJob(rawValue: row["job"]) else { continue }
            jobs[job] = ScheduleJob.Record(
                began: Timestamp(millisecondsSince1970: row["began"]),
                ended: (row["ended"] as Int64?).map(Timestamp.init(millisecondsSince1970:)),
                isDone: row["is_done"],
                lastDone: (row["last_done"] as Int64?).map(Timestamp.init(millisecondsSince1970:))
            )
        }
        return jobs
    }

    /// The table of migration 5: the last run of each job.
    static let jobSchema = """
        CREATE TABLE schedule_job (
            organization TEXT NOT NULL,
            job TEXT NOT NULL,
            began INTEGER NOT NULL,
            ended INTEGER,
            is_done INTEGER NOT NULL DEFAULT 0 CHECK (is_done IN (0, 1)),
            last_done INTEGER,
            PRIMARY KEY (organization, job)
        ) STRICT, WITHOUT ROWID;
        """

    /// When the service first ran the schedule of an organization. Runs that it missed since then are made up for.
    /// - Parameter now: stored as this time if the organization has none yet.
    func scheduleBegin(of organization: OrganizationName, now: Timestamp) async throws -> Timestamp {
        try await write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO schedule (organization, since) VALUES (?, ?)",
                arguments: [organization.description, now.millisecondsSince1970]
            )
            let select = "SELECT since FROM schedule WHERE organization = ?"
            let since = try Int64.fetchOne(db, sql: select, arguments: [organization.description])
            return since.map(Timestamp.init(millisecondsSince1970:)) ?? now
        }
    }

    /// Records durably that a run begins. Call it before the run does anything.
    func noteBegin(of job: ScheduleJob, _ organization: OrganizationName, at time: Timestamp) async throws {
        try await write { db in
            if [.poll, .daily].contains(job) {
                try db.execute(
                    sql: "UPDATE schedule SET last_began = ? WHERE organization = ?",
                    arguments: [time.millisecondsSince1970, organization.description]
                )
            }
            try db.execute(
                sql: """
                    INSERT INTO schedule_job (organization, job, began) VALUES (?, ?, ?)
                    ON CONFLICT DO UPDATE SET began = excluded.began, ended = NULL, is_done = 0
                    """,
                arguments: [organization.description, job.rawValue, time.millisecondsSince1970]
            )
        }
    }

    /// Records durably that a run has ended by itself.
    /// - Parameter isDone: whether it did all that it had to.
    func noteEnd(
        of job: ScheduleJob,
        _ organization: OrganizationName,
        isDone: Bool,
        at time: Timestamp
    ) async throws {
        try await write { db in
            let time = time.millisecondsSince1970
            try db.execute(
                sql: """
                    UPDATE schedule_job SET ended = ?, is_done = ?, last_done = iif(?, ?, last_done)
                    WHERE organization = ? AND job = ?
                    """,
                arguments: [time, isDone, isDone, time, organization.description, job.rawValue]
            )
        }
    }

    /// Records that a daily job ended. A job that was killed has no such record, so it is due again.
    func noteEnd(of daily: ScheduleRule.History.Daily, _ organization: OrganizationName) async throws {
        try await write { db in
            try db.execute(
                sql: """
                    UPDATE schedule SET daily_day = ?, daily_ended = ?, daily_attempts = ?, daily_done = ?
                    WHERE organization = ?
                    """,
                arguments: [
                    daily.day.description, daily.ended.millisecondsSince1970, daily.attempts, daily.isDone,
                    organization.description,
                ]
            )
        }
    }
}
