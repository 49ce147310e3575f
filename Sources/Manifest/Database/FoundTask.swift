import GRDB
import Recordings

/// A value that is read from the rows of tasks that are looked up by ID, many at once.
protocol FoundTask {
    static var selection: TaskSelection { get }
    /// Reads a row of ``selection``.
    init(_ row: Row, id: TaskID) throws
}

/// Statements that look up one task or several by ID.
struct TaskSelection {
    /// How many tasks one statement looks up, because running it costs more than what it does for one task.
    static let maxAtOnce = 25

    let one: String
    let several: String

    /// - Parameters:
    ///   - columns: more columns, after those of the task itself.
    ///   - joins: joins of the tables that have these columns.
    init(columns: String = "", joins: String = "") {
        func select(_ count: Int) -> String {
            """
            WITH asked (place, id) AS (VALUES \((0..<count).map { "(\($0), ?)" }.joined(separator: ", ")))
            SELECT place, task.row, created_time, day, channel.text, status.text, capture_request, listed, source,
                unsealed_task.task IS NOT NULL\(columns)
            FROM asked CROSS JOIN task ON task.id = asked.id AND organization = ?
            LEFT JOIN word AS channel ON channel.row = task.channel_type
            LEFT JOIN word AS status ON status.row = task.status
            LEFT JOIN call_outcome ON call_outcome.row = task.call_outcome
            LEFT JOIN unsealed_task ON unsealed_task.task = task.row
            \(joins)
            """
        }
        one = select(1)
        several = select(Self.maxAtOnce)
    }
}

extension FoundTask {
    static func find(_ id: TaskID, organization: Int64, in db: Database) throws -> Self? {
        try all([id], organization: organization, in: db)[0]
    }

    /// Calls `body` for each item with its task, or `nil` if the task is not known. The tasks are looked up together.
    /// If an earlier item was about the same task and may have changed it, the task is looked up again.
    static func forEach<Item>(
        _ items: [Item],
        about id: KeyPath<Item, TaskID>,
        organization: Int64,
        in db: Database,
        _ body: (Item, Self?) throws -> Void
    ) throws {
        let found = try all(items.map { $0[keyPath: id] }, organization: organization, in: db)
        var seen: Set<TaskID> = []
        for (item, known) in zip(items, found) {
            let task = item[keyPath: id]
            let isFirst = seen.insert(task).inserted
            try body(item, isFirst ? known : find(task, organization: organization, in: db))
        }
    }

    /// The tasks in the order of `ids`; `nil` for one that is not known.
    private static func all(_ ids: [TaskID], organization: Int64, in db: Database) throws -> [Self?] {
        let maxAtOnce = TaskSelection.maxAtOnce
        var tasks = [Self?](repeating: nil, count: ids.count)
        let besidesCapitals = try TaskID.areCapitalsKnown(in: db)
        for start in stride(from: 0, to: ids.count, by: maxAtOnce) {
            let asked = try ids[start..<min(start + maxAtOnce, ids.count)].map {
                try $0.known(in: db, besidesCapitals: besidesCapitals)
            }
            let isOne = asked.count == 1
            // A NULL instead of an ID finds no task.
            let rest = [DatabaseValue](repeating: .null, count: isOne ? 0 : maxAtOnce - asked.count)
            let found = try Row.fetchCursor(
                db.cachedStatement(sql: isOne ? selection.one : selection.several),
                arguments: StatementArguments(asked + rest + [organization.databaseValue])
            )
            while let row = try found.next() {
                let place = try start + row[0]
                tasks[place] = try Self(row, id: TaskID(stored: asked[place - start]))
            }
        }
        return tasks
    }
}
