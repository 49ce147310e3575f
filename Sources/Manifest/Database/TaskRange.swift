import GRDB
import Recordings

/// How tasks are found by day and by window: through the one index by time, `task_by_time`.
enum TaskRange {
    /// Used with `arguments`. For a day, `task.day` has to be compared in addition.
    static let condition =
        "task.organization = :organization AND task.created_time >= :from AND task.created_time < :to"

    /// Checks the days of all tasks of a range, before a query selects those of one day. A task whose day is damaged
    /// would be left out silently.
    /// - Parameter range: the result of ``arguments(organization:window:)``.
    /// - Throws: `damaged` if the day of a task contradicts its creation.
    static func requireDays(_ range: StatementArguments, in db: Database) throws {
        let select = """
            SELECT row, created_time, day FROM task WHERE \(condition) AND \(contradiction) LIMIT 1
            """
        if let row = try Row.fetchOne(db.cachedStatement(sql: select), arguments: range) { _ = try TaskMoment(row) }
    }

    /// For `task`: whether its day and its creation contradict each other, by the same rule as in ``TaskMoment``.
    static let contradiction = """
        (task.created_time >= task.day * 86400000 - 57600000 AND task.created_time < (task.day + 1) * 86400000 + 57600000)
            IS NOT TRUE
        """

    /// The instants that can belong to `day` in any time zone, by the same rule as in the schema.
    static func instants(of day: ArchiveDay) -> Range<Timestamp> {
        let midnight = Timestamp(millisecondsSince1970: day.stored * 86_400_000)
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
