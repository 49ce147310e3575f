import GRDB
import Recordings

/// How tasks are found by day and by window: over the one index by time, `task_by_time`.
enum TaskRange {
    /// With `arguments`; where a day is meant, `task.day` has to be compared besides.
    static let condition =
        "task.organization = :organization AND task.created_time >= :from AND task.created_time < :to"

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
