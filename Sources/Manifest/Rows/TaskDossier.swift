import GRDB
import Recordings

/// A task as it is known with what stands in other tables about it: for those who take in what is told of many tasks.
struct TaskDossier: FoundTask {
    var task: KnownTask
    /// What waits for its day's sealing; `nil` where nothing does.
    var unsealed: UnsealedTask?
    /// `nil` where nothing is open.
    var question: Question?
    /// Whether recordings of it are known.
    var hasRecordings: Bool
    /// Whether the log of events says that something of it is missing.
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
