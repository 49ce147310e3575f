import GRDB
import Recordings

extension Manifest {
    /// How many of a day's events ``closings(_:day:)`` returns at most.
    private static let mostClosings = 100

    /// The last events that say that a day was closed, or is open again, oldest first.
    package func closings(_ organization: OrganizationName, day: ArchiveDay) async throws -> [Event] {
        let select = """
            SELECT \(Event.columns) FROM event INDEXED BY event_of_closing
            JOIN organization ON organization.row = event.organization
            WHERE kind IN (\(Schema.closingKinds)) AND event.organization = ? AND json_extract(detail, '$.day') = ?
            ORDER BY event.row DESC LIMIT \(Self.mostClosings)
            """
        return try await read { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            return try Row.fetchAll(db, sql: select, arguments: [row, day.description]).reversed().map(Event.init)
        }
    }

    /// Logs that closed days are open again if they have changed and could not be closed again. Each is logged once.
    /// The change is durable.
    package func noteReopened(_ organization: OrganizationName, now: Timestamp) async throws {
        try await write(.machine) { [self] db in
            let row = try OrganizationRow.row(of: organization, in: db)
            let select =
                "SELECT day FROM day_close WHERE organization = ? AND NOT is_current AND NOT is_reopened ORDER BY day"
            let days = try Row.fetchAll(db, sql: select, arguments: [row]).map { try $0[0] as ArchiveDay }
            let acts = days.map { day in
                RecordedAct(
                    event: Event(
                        time: now,
                        kind: .dayReopened,
                        organization: organization,
                        detail: ["day": day.description]
                    )
                )
            }
            for act in acts { try act.event.insert(in: db) }
            try db.execute(
                sql: "UPDATE day_close SET is_reopened = 1 WHERE organization = ? AND NOT is_current",
                arguments: [row]
            )
            try record(acts)
        }
    }
}
