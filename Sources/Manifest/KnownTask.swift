import GRDB
import Recordings

/// A row of `task`, as write methods need it.
struct KnownTask {
    var row: Int64
    var id: TaskID
    var createdTime: Timestamp
    var day: ArchiveDay
    var channelType: String
    var status: TaskStatus
    var captureRequest: CaptureRequest
    var isListed: Bool
    /// `nil` where nothing was read of its JSON yet.
    var callSource: CallSource?
    /// Whether it is in the queue of what the next sealing writes down (`UnsealedTask`).
    var isQueued: Bool

    static func find(_ id: TaskID, organization: Int64, in db: Database) throws -> KnownTask? {
        try all([id], organization: organization, in: db)[0]
    }

    /// Gives each item with its task as it is known when it is the item's turn: found together beforehand, and looked for
    /// again where an item before was about the same task and may have changed it.
    static func forEach<Item>(
        _ items: [Item],
        about id: KeyPath<Item, TaskID>,
        organization: Int64,
        in db: Database,
        _ body: (Item, KnownTask?) throws -> Void
    ) throws {
        let found = try all(items.map { $0[keyPath: id] }, organization: organization, in: db)
        var seen: Set<TaskID> = []
        for (item, known) in zip(items, found) {
            let task = item[keyPath: id]
            let isFirst = seen.insert(task).inserted
            try body(item, isFirst ? known : find(task, organization: organization, in: db))
        }
    }

    /// Each of these tasks, in their place; `nil` for one that is not known.
    private static func all(_ ids: [TaskID], organization: Int64, in db: Database) throws -> [KnownTask?] {
        var tasks = [KnownTask?](repeating: nil, count: ids.count)
        for start in stride(from: 0, to: ids.count, by: mostAtOnce) {
            let asked = ids[start..<min(start + mostAtOnce, ids.count)].map(\.stored)
            let isOne = asked.count == 1
            // A place without a task finds none.
            let rest = [DatabaseValue](repeating: .null, count: isOne ? 0 : mostAtOnce - asked.count)
            let found = try Row.fetchCursor(
                db.cachedStatement(sql: isOne ? selectOne : selectSeveral),
                arguments: StatementArguments(asked + rest + [organization.databaseValue])
            )
            while let row = try found.next() {
                let place = start + (row[0] as Int)
                tasks[place] = try KnownTask(row, id: ids[place])
            }
        }
        return tasks
    }

    /// A statement costs more than what it does for one task.
    private static let mostAtOnce = 25
    private static let selectOne = select(1)
    private static let selectSeveral = select(mostAtOnce)

    private static func select(_ count: Int) -> String {
        """
        WITH asked (place, id) AS (VALUES \((0..<count).map { "(\($0), ?)" }.joined(separator: ", ")))
        SELECT place, task.row, created_time, day, channel.text, status.text, capture_request, listed, source,
            unsealed_task.task IS NOT NULL
        FROM asked CROSS JOIN task ON task.id = asked.id AND organization = ?
        CROSS JOIN word AS channel ON channel.row = task.channel_type
        CROSS JOIN word AS status ON status.row = task.status
        LEFT JOIN call_outcome ON call_outcome.row = task.call_outcome
        LEFT JOIN unsealed_task ON unsealed_task.task = task.row
        """
    }

    /// Of a row of ``select(_:)``.
    private init(_ row: Row, id: TaskID) throws {
        self.row = row[1]
        self.id = id
        createdTime = Timestamp(stored: row[2])
        day = try ArchiveDay(stored: row[3])
        channelType = row[4]
        status = TaskStatus(row[5])
        captureRequest = try CaptureRequest(stored: row[6])
        isListed = row[7]
        callSource = (row[8] as Int?).flatMap(CallSource.init)
        isQueued = row[9]
    }

    static func insert(
        _ task: TaskEntry,
        organization: Int64,
        isListed: Bool,
        in db: Database,
        _ rows: KnownRows = KnownRows()
    ) throws -> Int64 {
        let insert = """
            INSERT INTO task (organization, id, created_time, day, channel_type, status, capture_request, listed,
                \(StoredCall.columns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        let arguments: StatementArguments = [
            organization, task.id.stored, task.createdTime.stored, task.day.stored,
            try rows.word(task.channelType, in: db), try rows.word(task.status.description, in: db),
            task.captureRequest.stored, isListed,
        ]
        let call = try StoredCall(json: task.json, search: task.searchJSON)?.values(in: db, rows)
        try db.cachedStatement(sql: insert).execute(arguments: arguments + (call ?? [nil, nil, nil, nil]))
        return db.lastInsertedRowID
    }
}

/// The queue of what the next sealing of a day writes down of its tasks.
struct UnsealedTask {
    /// As the listing has it; `nil` where it does not, or the archive has that already.
    var json: ProviderJSON?
    /// As Search has it.
    var search: ProviderJSON?

    static func find(_ task: Int64, in db: Database) throws -> UnsealedTask? {
        let select = "SELECT json, search FROM unsealed_task WHERE task = ?"
        return try Row.fetchOne(db.cachedStatement(sql: select), arguments: [task]).map { row in
            UnsealedTask(
                json: (row[0] as String?).map(ProviderJSON.init(redacted:)),
                search: (row[1] as String?).map(ProviderJSON.init(redacted:))
            )
        }
    }

    /// Puts a task at the end of the queue. Its revision is new, so that a sealing under way does not take it for done.
    func put(_ task: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO unsealed_task (task, json, search) VALUES (?, ?, ?)")
            .execute(arguments: [task, json?.description, search?.description])
    }
}

/// The row of `question`: what is still open about a task's captures.
struct Question {
    var nextAskTime: Timestamp?
    var history: AskHistory?
    /// Why the provider refused the last question, or, where its answer listed something, why not all of that can be
    /// had: then ``history`` has found something.
    var refusal: String?
    var firstAskTime: Timestamp?
    var lastAskTime: Timestamp?
    /// The provider's name for its last answer.
    var trackingID: String?

    /// Of `question`: whether the last answer listed what cannot be had, so that the task is a gap whatever is held of
    /// it.
    static let hasUnusable = "(refusal IS NOT NULL AND found > 0)"

    static func find(_ task: Int64, in db: Database) throws -> Question? {
        let select = """
            SELECT next_ask_time, asks, found, unchanged_since, refusal, first_ask_time, last_ask_time, tracking_id
            FROM question WHERE task = ?
            """
        return try Row.fetchOne(db.cachedStatement(sql: select), arguments: [task]).map { row in
            let since: Int64? = row[3]
            return Question(
                nextAskTime: (row[0] as Int64?).map(Timestamp.init(stored:)),
                history: since.map { AskHistory(asks: row[1], found: row[2], unchangedSince: Timestamp(stored: $0)) },
                refusal: row[4],
                firstAskTime: (row[5] as Int64?).map(Timestamp.init(stored:)),
                lastAskTime: (row[6] as Int64?).map(Timestamp.init(stored:)),
                trackingID: row[7]
            )
        }
    }

    /// Asks from the beginning, whatever was answered before.
    static func open(_ task: Int64, next: Timestamp, in db: Database) throws {
        let insert = "INSERT OR REPLACE INTO question (task, next_ask_time, asks, found) VALUES (?, ?, 0, 0)"
        try db.cachedStatement(sql: insert).execute(arguments: [task, next.stored])
    }

    static func hasten(_ task: Int64, to time: Timestamp, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE question SET next_ask_time = min(next_ask_time, ?) WHERE task = ?")
            .execute(arguments: [time.stored, task])
    }

    static func close(_ task: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM question WHERE task = ?").execute(arguments: [task])
    }

    func save(_ task: Int64, in db: Database) throws {
        let insert = """
            INSERT OR REPLACE INTO question (task, next_ask_time, asks, found, unchanged_since, refusal, first_ask_time,
                last_ask_time, tracking_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        try db.cachedStatement(sql: insert).execute(arguments: [
            task, nextAskTime?.stored, history?.asks ?? 0, history?.found ?? 0, history?.unchangedSince.stored, refusal,
            firstAskTime?.stored, lastAskTime?.stored, trackingID,
        ])
    }
}
