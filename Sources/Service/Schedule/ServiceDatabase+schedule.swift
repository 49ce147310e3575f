import Foundation
import GRDB
import Recordings

extension ServiceDatabase {
    /// What the schedule has done for an organization.
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

    /// Keeps that a run begins. It is durable before the run does anything.
    func noteBegin(of organization: OrganizationName, at time: Timestamp) async throws {
        try await write { db in
            try db.execute(
                sql: """
                    INSERT INTO schedule (organization, last_began) VALUES (?, ?)
                    ON CONFLICT (organization) DO UPDATE SET last_began = excluded.last_began
                    """,
                arguments: [organization.description, time.millisecondsSince1970]
            )
        }
    }

    /// Keeps that a daily job ended. One that was killed did not, and is due again.
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
