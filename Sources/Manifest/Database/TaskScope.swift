import GRDB
import Recordings

/// One task, and what belongs to it.
struct TaskScope {
    var row: Int64
    var id: TaskID
    var day: ArchiveDay
    var organization: OrganizationName
    /// From `task`, with the columns of its call first.
    var columns: Row
    var createdTime: Timestamp
    var captureRequest: CaptureRequest
    var status: String

    static let columnNames = """
        \(StoredCall.columns), task.row, task.id AS id, day, created_time, capture_request,
        (SELECT text FROM word WHERE word.row = task.status)
        """

    /// Columns are read by position: a row that is kept would look up the names of its columns each time.
    init(_ columns: Row, organization: OrganizationName) throws {
        row = try columns[4]
        id = try TaskID(stored: columns[5])
        let moment = try TaskMoment(columns, created: 7, day: 6)
        (day, createdTime) = (moment.day, moment.createdTime)
        captureRequest = try CaptureRequest(stored: columns[8])
        status = try columns[9]
        self.organization = organization
        self.columns = columns
    }

    static func all(_ id: TaskID, organization: OrganizationName?, in db: Database) throws -> [TaskScope] {
        let select = """
            SELECT \(columnNames), name FROM task JOIN organization ON organization.row = task.organization
            WHERE task.id = :id AND (:organization IS NULL OR name = :organization) ORDER BY name
            """
        let arguments: StatementArguments = ["id": try id.known(in: db), "organization": organization?.description]
        return try Row.fetchAll(db, sql: select, arguments: arguments).map { row in
            try TaskScope(row, organization: try OrganizationName(stored: row["name"]))
        }
    }

    func recordings(_ call: KnownCall?, _ altered: AlteredArchives, in db: Database) throws -> [RecordingRow] {
        let select = """
            SELECT recording.ordinal AS ordinal, \(RecordingColumns.key), stop_time, file, attempts, wanted_time, failure,
                failure_code, \(RecordingColumns.held), \(RecordingColumns.damage)
            FROM recording \(RecordingColumns.keyJoins) \(RecordingColumns.heldJoins) \(KnownDamage.join)
            WHERE recording.task = ?
            """
        let recordings = try Row.fetchCursor(db.cachedStatement(sql: select), arguments: [row])
            .map {
                try RecordingRow(
                    $0,
                    organization: organization,
                    taskID: id,
                    task: row,
                    day: day,
                    call: call,
                    altered: altered
                )
            }
        return try Array(recordings).sorted { $0.file.description < $1.file.description }
    }

    /// Whether a suspect recording has no better version yet.
    func isSuspect(_ recording: RecordingRow, in db: Database) throws -> Bool {
        guard recording.held?.suspicion != nil else { return false }
        let select = "SELECT 1 FROM suspect WHERE task = ? AND ordinal = ? AND better IS NULL"
        return try Int.fetchOne(db, sql: select, arguments: [row, recording.row.ordinal]) != nil
    }

    /// The state of the task if its question is open, and the gap that it is, apart from its failed recordings.
    func standing(at standpoint: Standpoint, in db: Database) throws -> (TaskStanding?, Gap?) {
        let open = try OpenTask.cursor(where: "question.task = :task", ["task": row], in: db)
        guard let task = try open.next().map(OpenTask.init) else { return (nil, nil) }
        let standing = task.standing(at: standpoint)
        guard case .gap(let reason) = standing else { return (standing, nil) }
        return (standing, task.gap(reason))
    }

    /// The task's failed recordings, as gaps.
    func failures(in db: Database) throws -> [Gap] {
        let failed = try FailedRecording.cursor(.tasks, where: "task.row = :task", ["task": row], in: db)
        return try Array(failed.map { try FailedRecording($0).gap })
    }
}
