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
    /// `nil` until something was read from its JSON.
    var callSource: CallSource?
    /// Whether the next sealing of its day has to write it (`UnsealedTask`).
    var isQueued: Bool

    static let selection = TaskSelection()

    /// How many columns each ``TaskSelection`` begins with.
    static let columnCount = 10

    init(_ row: Row, id: TaskID) throws {
        self.row = try row[1]
        self.id = id
        let moment = try TaskMoment(row, created: 2, day: 3)
        (day, createdTime) = (moment.day, moment.createdTime)
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
