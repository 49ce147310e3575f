import GRDB
import Recordings

extension Manifest {
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
