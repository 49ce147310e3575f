import Foundation
import GRDB
import Recordings

extension ServiceDatabase {
    /// The table of migration 9: which channel was told the report of which month.
    static let reportSchema = """
        CREATE TABLE told_report (
            channel TEXT NOT NULL,
            organization TEXT NOT NULL,
            month TEXT NOT NULL,
            time INTEGER NOT NULL,
            PRIMARY KEY (channel, organization, month)
        ) STRICT, WITHOUT ROWID;
        """

    /// The months of which a channel has not been told the report. A channel that is new is not told of all months that
    /// ended before it came, only of the last.
    /// - Parameter months: the newest first.
    func untold(
        _ months: [ReportMonth],
        _ organization: OrganizationName,
        _ channel: String,
        at now: Timestamp
    ) async throws -> [ReportMonth] {
        let select = "SELECT month FROM told_report WHERE channel = ? AND organization = ?"
        let arguments: StatementArguments = [channel, organization.description]
        var told = try await read { db in Set(try String.fetchAll(db, sql: select, arguments: arguments)) }
        if told.isEmpty {
            for month in months.dropFirst() {
                try await noteTold(month, organization, channel, at: now)
                told.insert(month.description)
            }
        }
        return months.filter { !told.contains($0.description) }
    }

    /// Notes that a channel was told the report of a month.
    func noteTold(
        _ month: ReportMonth,
        _ organization: OrganizationName,
        _ channel: String,
        at now: Timestamp
    ) async throws {
        try await write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO told_report (channel, organization, month, time) VALUES (?, ?, ?, ?)",
                arguments: [channel, organization.description, month.description, now.millisecondsSince1970]
            )
        }
    }
}
