import GRDB
import Recordings

/// Which tasks are counted: a condition on `task`.
struct DayTallyScope {
    let condition: String
    let arguments: StatementArguments
    /// When the tasks were created, and in which organization, for ``TaskRange/condition``.
    let range: StatementArguments

    /// The tasks of a day.
    init(_ day: ArchiveDay, organization: Int64) {
        condition = "\(TaskRange.condition) AND task.day = :day"
        arguments = TaskRange.arguments(organization: organization, day: day)
        range = TaskRange.arguments(organization: organization, window: TaskRange.instants(of: day))
    }

    /// The tasks that were created in a window.
    init(_ window: Range<Timestamp>, organization: Int64) {
        condition = TaskRange.condition
        range = TaskRange.arguments(organization: organization, window: window)
        arguments = range
    }
}
