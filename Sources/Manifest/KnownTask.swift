import GRDB
import Recordings

/// A row of `task`, as write methods need it.
struct KnownTask: FoundTask {
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

    static let selection = TaskSelection()

    /// How many columns a row of every ``TaskSelection`` begins with.
    fileprivate static let columnCount = 10

    init(_ row: Row, id: TaskID) throws {
        self.row = try row[1]
        self.id = id
        createdTime = Timestamp(stored: try row[2])
        day = try ArchiveDay(stored: row[3])
        channelType = try row[4]
        status = TaskStatus(try row[5])
        captureRequest = try CaptureRequest(stored: row[6])
        isListed = try row[7]
        callSource = try (row[8] as Int?).flatMap(CallSource.init)
        isQueued = try row[9]
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
        let call = StoredCall(json: task.json, search: task.searchJSON)
        let values = try call?.values(in: db, rows) ?? [nil, nil, nil, nil]
        try db.cachedStatement(sql: insert).execute(arguments: arguments + values)
        let row = db.lastInsertedRowID
        if let call { try CallAgents.add(call.facts.otherAgents, to: row, in: db) }
        return row
    }
}

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

/// The queue of what the next sealing of a day writes down of its tasks.
struct UnsealedTask {
    /// As the listing has it; `nil` where it does not, or the archive has that already.
    var json: ProviderJSON?
    /// As Search has it.
    var search: ProviderJSON?

    static func find(_ task: Int64, in db: Database) throws -> UnsealedTask? {
        let select = "SELECT json, search FROM unsealed_task WHERE task = ?"
        return try Row.fetchOne(db.cachedStatement(sql: select), arguments: [task]).map {
            try UnsealedTask($0, from: 0)
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
        let select = "SELECT \(columns) FROM question WHERE task = ?"
        return try Row.fetchOne(db.cachedStatement(sql: select), arguments: [task]).map { try Question($0, from: 0) }
    }

    fileprivate static let columns =
        "next_ask_time, asks, found, unchanged_since, refusal, first_ask_time, last_ask_time, tracking_id"

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

extension UnsealedTask {
    /// - Parameter column: of `json`, before that of `search`.
    fileprivate init(_ row: Row, from column: Int) throws {
        json = try (row[column] as String?).map(ProviderJSON.init(redacted:))
        search = try (row[column + 1] as String?).map(ProviderJSON.init(redacted:))
    }
}

extension Question {
    /// - Parameter column: the first of ``columns``.
    fileprivate init(_ row: Row, from column: Int) throws {
        nextAskTime = try (row[column] as Int64?).map(Timestamp.init(stored:))
        history = try (row[column + 3] as Int64?).map {
            AskHistory(asks: try row[column + 1], found: try row[column + 2], unchangedSince: Timestamp(stored: $0))
        }
        refusal = try row[column + 4]
        firstAskTime = try (row[column + 5] as Int64?).map(Timestamp.init(stored:))
        lastAskTime = try (row[column + 6] as Int64?).map(Timestamp.init(stored:))
        trackingID = try row[column + 7]
    }
}
