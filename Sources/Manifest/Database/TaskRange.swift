import GRDB
import Recordings

/// How tasks are found by day and by window: over the one index by time, `task_by_time`.
enum TaskRange {
    /// With `arguments`; where a day is meant, `task.day` has to be compared besides.
    static let condition =
        "task.organization = :organization AND task.created_time >= :from AND task.created_time < :to"

    /// A time that is none is in no range, and its task would be left out without a word.
    /// - Throws: `damaged` if any task has such.
    static func requireTimes(organization: Int64, in db: Database) throws {
        // NULL comes before all numbers, and texts and blobs after them.
        for order in ["", " DESC"] {
            let select = "SELECT created_time FROM task WHERE organization = ? ORDER BY created_time\(order) LIMIT 1"
            if let row = try Row.fetchOne(db.cachedStatement(sql: select), arguments: [organization]) {
                _ = try row[0] as Int64
            }
        }
    }

    /// The instants that may belong to `day` in any time zone, as the schema has it.
    static func instants(of day: ArchiveDay) -> Range<Timestamp> {
        let midnight = Timestamp(stored: day.stored * 86_400_000)
        return (midnight - .hours(16))..<(midnight + .hours(40))
    }

    static func arguments(organization: Int64, day: ArchiveDay) -> StatementArguments {
        arguments(organization: organization, window: instants(of: day)) + ["day": day.stored]
    }

    static func arguments(organization: Int64, window: Range<Timestamp>?) -> StatementArguments {
        [
            "organization": organization,
            "from": window?.lowerBound.stored ?? .min,
            "to": window?.upperBound.stored ?? .max,
        ]
    }
}
