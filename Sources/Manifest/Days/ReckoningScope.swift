import GRDB
import Recordings

/// Which tasks are reckoned up: a condition on `task`.
struct ReckoningScope {
    var condition: String
    var arguments: StatementArguments

    static func day(_ day: ArchiveDay, organization: Int64) -> ReckoningScope {
        ReckoningScope(
            condition: "\(TaskRange.condition) AND task.day = :day",
            arguments: TaskRange.arguments(organization: organization, day: day)
        )
    }
}
