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
        try forEach(items, about: id, find: { try all($0, organization: organization, in: db) }, body)
    }

    fileprivate static func forEach<Item, Found>(
        _ items: [Item],
        about id: KeyPath<Item, TaskID>,
        find: ([TaskID]) throws -> [Found?],
        _ body: (Item, Found?) throws -> Void
    ) throws {
        let found = try find(items.map { $0[keyPath: id] })
        var seen: Set<TaskID> = []
        for (item, known) in zip(items, found) {
            let task = item[keyPath: id]
            let isFirst = seen.insert(task).inserted
            try body(item, isFirst ? known : find([task])[0])
        }
    }

    /// Each of these tasks, in their place; `nil` for one that is not known.
    private static func all(_ ids: [TaskID], organization: Int64, in db: Database) throws -> [KnownTask?] {
        try rows(of: ids, organization: organization, selection, in: db, KnownTask.init)
    }

    /// What is selected of several tasks, in one go.
    fileprivate struct Selection {
        /// A statement costs more than what it does for one task.
        static let mostAtOnce = 25

        let one: String
        let several: String

        /// - Parameters:
        ///   - columns: after those of the task itself.
        ///   - joins: what they are of.
        init(columns: String = "", joins: String = "") {
            func select(_ count: Int) -> String {
                """
                WITH asked (place, id) AS (VALUES \((0..<count).map { "(\($0), ?)" }.joined(separator: ", ")))
                SELECT place, task.row, created_time, day, channel.text, status.text, capture_request, listed, source,
                    unsealed_task.task IS NOT NULL\(columns)
                FROM asked CROSS JOIN task ON task.id = asked.id AND organization = ?
                CROSS JOIN word AS channel ON channel.row = task.channel_type
                CROSS JOIN word AS status ON status.row = task.status
                LEFT JOIN call_outcome ON call_outcome.row = task.call_outcome
                LEFT JOIN unsealed_task ON unsealed_task.task = task.row
                \(joins)
                """
            }
            one = select(1)
            several = select(Self.mostAtOnce)
        }
    }

    private static let selection = Selection()

    fileprivate static func rows<Found>(
        of ids: [TaskID],
        organization: Int64,
        _ selection: Selection,
        in db: Database,
        _ make: (Row, TaskID) throws -> Found
    ) throws -> [Found?] {
        var tasks = [Found?](repeating: nil, count: ids.count)
        for start in stride(from: 0, to: ids.count, by: Selection.mostAtOnce) {
            let asked = ids[start..<min(start + Selection.mostAtOnce, ids.count)].map(\.stored)
            let isOne = asked.count == 1
            // A place without a task finds none.
            let rest = [DatabaseValue](repeating: .null, count: isOne ? 0 : Selection.mostAtOnce - asked.count)
            let found = try Row.fetchCursor(
                db.cachedStatement(sql: isOne ? selection.one : selection.several),
                arguments: StatementArguments(asked + rest + [organization.databaseValue])
            )
            while let row = try found.next() {
                let place = start + (row[0] as Int)
                tasks[place] = try make(row, ids[place])
            }
        }
        return tasks
    }

    /// How many columns a row of every ``Selection`` begins with.
    fileprivate static let columnCount = 10

    /// Of a row of a ``Selection``.
    fileprivate init(_ row: Row, id: TaskID) throws {
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

/// A task as it is known with what stands in other tables about it: for those who take in what is told of many tasks.
struct TaskDossier {
    var task: KnownTask
    /// What waits for its day's sealing; `nil` where nothing does.
    var unsealed: UnsealedTask?
    /// `nil` where nothing is open.
    var question: Question?
    /// Whether recordings of it are known.
    var hasRecordings: Bool
    /// Whether the log of events says that something of it is missing.
    var hasOpenGap: Bool

    static func find(_ id: TaskID, organization: Int64, in db: Database) throws -> TaskDossier? {
        try all([id], organization: organization, in: db)[0]
    }

    /// As ``KnownTask/forEach(_:about:organization:in:_:)``.
    static func forEach<Item>(
        _ items: [Item],
        about id: KeyPath<Item, TaskID>,
        organization: Int64,
        in db: Database,
        _ body: (Item, TaskDossier?) throws -> Void
    ) throws {
        try KnownTask.forEach(items, about: id, find: { try all($0, organization: organization, in: db) }, body)
    }

    private static func all(_ ids: [TaskID], organization: Int64, in db: Database) throws -> [TaskDossier?] {
        try KnownTask.rows(of: ids, organization: organization, selection, in: db, TaskDossier.init)
    }

    private static let selection = KnownTask.Selection(
        columns: """
            , unsealed_task.json, unsealed_task.search, EXISTS (SELECT 1 FROM recording WHERE recording.task = task.row),
            open_gap.task IS NOT NULL, question.task IS NOT NULL, \(Question.columns)
            """,
        joins: "LEFT JOIN open_gap ON open_gap.task = task.row LEFT JOIN question ON question.task = task.row"
    )

    private init(_ row: Row, id: TaskID) throws {
        let first = KnownTask.columnCount
        task = try KnownTask(row, id: id)
        unsealed = task.isQueued ? UnsealedTask(row, from: first) : nil
        hasRecordings = row[first + 2]
        hasOpenGap = row[first + 3]
        question = row[first + 4] ? Question(row, from: first + 5) : nil
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
        return try Row.fetchOne(db.cachedStatement(sql: select), arguments: [task]).map { UnsealedTask($0, from: 0) }
    }

    /// - Parameter column: of `json`, before that of `search`.
    fileprivate init(_ row: Row, from column: Int) {
        json = (row[column] as String?).map(ProviderJSON.init(redacted:))
        search = (row[column + 1] as String?).map(ProviderJSON.init(redacted:))
    }

    init(json: ProviderJSON? = nil, search: ProviderJSON? = nil) {
        self.json = json
        self.search = search
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
        let select = "SELECT \(columns) FROM question WHERE task = ?"
        return try Row.fetchOne(db.cachedStatement(sql: select), arguments: [task]).map { Question($0, from: 0) }
    }

    fileprivate static let columns =
        "next_ask_time, asks, found, unchanged_since, refusal, first_ask_time, last_ask_time, tracking_id"

    /// - Parameter column: the first of ``columns``.
    fileprivate init(_ row: Row, from column: Int) {
        nextAskTime = (row[column] as Int64?).map(Timestamp.init(stored:))
        history = (row[column + 3] as Int64?).map {
            AskHistory(asks: row[column + 1], found: row[column + 2], unchangedSince: Timestamp(stored: $0))
        }
        refusal = row[column + 4]
        firstAskTime = (row[column + 5] as Int64?).map(Timestamp.init(stored:))
        lastAskTime = (row[column + 6] as Int64?).map(Timestamp.init(stored:))
        trackingID = row[column + 7]
    }

    init(
        nextAskTime: Timestamp? = nil,
        history: AskHistory? = nil,
        refusal: String? = nil,
        firstAskTime: Timestamp? = nil,
        lastAskTime: Timestamp? = nil,
        trackingID: String? = nil
    ) {
        self.nextAskTime = nextAskTime
        self.history = history
        self.refusal = refusal
        self.firstAskTime = firstAskTime
        self.lastAskTime = lastAskTime
        self.trackingID = trackingID
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
