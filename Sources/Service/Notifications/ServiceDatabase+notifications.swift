import Archiver
import Foundation
import GRDB
import Recordings

extension ServiceDatabase {
    /// The table of migration 7.
    static let notificationSchema = """
        CREATE TABLE notified_alarm (
            channel TEXT NOT NULL,
            organization TEXT NOT NULL,
            code TEXT NOT NULL,
            severity TEXT NOT NULL,
            message TEXT NOT NULL,
            told_severity TEXT,
            PRIMARY KEY (channel, organization, code)
        ) STRICT, WITHOUT ROWID;
        """

    /// The alarms that a channel knows.
    func notified(_ channel: String) async throws -> [NotificationRule.Key: NotificationRule.Known] {
        try await read { db in
            let select = "SELECT * FROM notified_alarm WHERE channel = ?"
            var known: [NotificationRule.Key: NotificationRule.Known] = [:]
            for row in try Row.fetchAll(db, sql: select, arguments: [channel]) {
                guard let code = Alarm.Code(rawValue: row["code"]),
                    let severity = Alarm.Severity(rawValue: row["severity"])
                else { continue }
                let organization: String = row["organization"]
                let name = organization.isEmpty ? nil : organization
                let alarm = Alarm(severity, code, organization: name, row["message"])
                let told = (row["told_severity"] as String?).flatMap(Alarm.Severity.init)
                known[NotificationRule.key(of: alarm)] = NotificationRule.Known(alarm: alarm, told: told)
            }
            return known
        }
    }

    /// Notes what a channel was told, or is about to be told.
    func note(_ change: NotificationRule.Change, isTold: Bool, _ channel: String) async throws {
        try await write { db in
            for alarm in change.begun {
                try db.execute(
                    sql: """
                        INSERT INTO notified_alarm (channel, organization, code, severity, message, told_severity)
                        VALUES (?, ?, ?, ?, ?, ?)
                        ON CONFLICT DO UPDATE SET severity = excluded.severity, message = excluded.message,
                            told_severity = coalesce(excluded.told_severity, told_severity)
                        """,
                    arguments: [
                        channel, alarm.organization ?? "", alarm.code.rawValue, alarm.severity.rawValue, alarm.message,
                        isTold ? alarm.severity.rawValue : nil,
                    ]
                )
            }
            let over = change.forgotten + (isTold ? change.ended.map(NotificationRule.key) : [])
            for key in over {
                try db.execute(
                    sql: "DELETE FROM notified_alarm WHERE channel = ? AND organization = ? AND code = ?",
                    arguments: [channel, key.organization, key.code.rawValue]
                )
            }
        }
    }
}
