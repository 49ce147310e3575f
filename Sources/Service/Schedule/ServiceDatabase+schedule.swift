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
    func noteBegin(of organization: OrganizationName, at time: Timestamp) async throws {
        try await write { db in
            try db.execute(
                sql: "UPDATE schedule SET last_began = ? WHERE organization = ?",
                arguments: [time.millisecondsSince1970, organization.description]
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
