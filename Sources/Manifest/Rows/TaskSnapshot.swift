import GRDB
import Recordings

/// A task with what other tables know about it, for code that takes in news about many tasks.
struct TaskSnapshot: FoundTask {
    var task: KnownTask
    /// What is queued for the next sealing of its day; `nil` if nothing is.
    var unsealed: UnsealedTask?
    /// `nil` if no question is open.
    var question: Question?
    /// Whether any of its recordings is known.
    var hasRecordings: Bool
    /// Whether the log of events has something of it as missing.
    var hasOpenGap: Bool

    static let selection = TaskSelection(
        columns: """
            , unsealed_task.json, unsealed_task.search, EXISTS (SELECT 1 FROM recording WHERE recording.task = task.row),
            open_gap.task IS NOT NULL, question.task IS NOT NULL, \(Question.columns)
            """,
        joins: "LEFT JOIN open_gap ON open_gap.task = task.row LEFT JOIN question ON question.task = task.row"
    )

    init(_ row: Row, id: TaskID) throws {
        let first = KnownTask.columnCount
        task = try KnownTask(row, id: id)
        unsealed = try task.isQueued ? UnsealedTask(row, from: first) : nil
        hasRecordings = try row[first + 2]
        hasOpenGap = try row[first + 3]
        question = try row[first + 4] ? Question(row, from: first + 5) : nil
    }
}
