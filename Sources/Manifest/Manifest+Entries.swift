import GRDB
import Recordings

extension Manifest {
    /// What the manifest holds: a row for each recording, and one for each task that should have a recording and has
    /// none, in the order of organization, creation of the task, task and file. Streamed.
    package func entries(_ filter: ListFilter = ListFilter(), at standpoint: Standpoint) -> RowSequence<ListRow> {
        RowSequence(from: EntriesState.beginning) { [self] state in
            try await read { db in
                switch state {
                case .beginning:
                    return RowSequence.Batch(rows: [], next: try EntriesState.scopes(of: filter, in: db))
                case .within(let scopes, let position):
                    guard let scope = scopes.first else { return RowSequence.Batch(rows: [], next: nil) }
                    let (rows, next) = try scope.batch(after: position, standpoint, in: db)
                    if let next { return RowSequence.Batch(rows: rows, next: .within(scopes, next)) }
                    let others = scopes.dropFirst()
                    return RowSequence.Batch(rows: rows, next: others.isEmpty ? nil : .within(others, .beginning))
                }
            }
        }
    }

    /// The recordings of a task, by file: what `fetch` needs to get at their bytes.
    package func recordings(
        of task: TaskID,
        organization: OrganizationName? = nil
    ) async throws -> [RecordingRow] {
        try await read { db in
            try TaskScope.all(task, organization: organization, in: db).flatMap { try $0.recordings(in: db) }
        }
    }

    /// What is known of a task: a row for each organization that has one of this ID, so nearly always one or none.
    package func tasks(_ id: TaskID, organization: OrganizationName? = nil) async throws -> [TaskRow] {
        try await read { db in
            let select = """
                SELECT organization.name, task.id, created_time, day, channel.text, status.text, capture_request,
                    listed, asks, next_ask_time, refusal
                FROM task JOIN organization ON organization.row = task.organization
                JOIN word AS channel ON channel.row = task.channel_type
                JOIN word AS status ON status.row = task.status LEFT JOIN question ON question.task = task.row
                WHERE task.id = :id AND (:organization IS NULL OR organization.name = :organization)
                ORDER BY organization.name
                """
            let arguments: StatementArguments = ["id": id.stored, "organization": organization?.description]
            return try Row.fetchAll(db, sql: select, arguments: arguments).map(TaskRow.init)
        }
    }
}

extension TaskRow {
    fileprivate init(_ row: Row) throws {
        self.init(
            organization: try OrganizationName(stored: row[0]),
            id: try TaskID(stored: row[1]),
            createdTime: Timestamp(stored: row[2]),
            day: try ArchiveDay(stored: row[3]),
            channelType: row[4],
            status: TaskStatus(row[5]),
            captureRequest: try CaptureRequest(stored: row[6]),
            isListed: row[7],
            asks: row[8],
            nextAskTime: (row[9] as Int64?).map(Timestamp.init(stored:)),
            refusal: row[10]
        )
    }
}

/// Where a run through the entries stands.
private enum EntriesState: Sendable {
    case beginning
    /// Organizations still to do, the first one from `position` on.
    case within(ArraySlice<EntriesScope>, TaskPosition)

    static func scopes(of filter: ListFilter, in db: Database) throws -> EntriesState? {
        let scopes = try Row.fetchAll(db, sql: "SELECT row, name, id FROM organization ORDER BY name")
            .map(OrganizationRow.init)
            .filter { filter.organization == nil || filter.organization == $0.name }
            .compactMap { try EntriesScope(organization: $0, filter: filter, in: db) }
        return scopes.isEmpty ? nil : .within(scopes[...], .beginning)
    }
}

/// The tasks of one organization that a filter lets through.
private struct EntriesScope: Sendable {
    var organization: OrganizationRow
    var filter: ListFilter
    /// Where the tasks in question were created: narrow, where few are in question.
    var window: Range<Timestamp>?

    /// - Returns: `nil` where nothing can pass the filter.
    init?(organization: OrganizationRow, filter: ListFilter, in db: Database) throws {
        self.organization = organization
        self.filter = filter
        window = filter.window
        if let day = filter.day { restrict(to: TaskRange.instants(of: day)) }
        if let source = Self.indexOfRare(filter.state) {
            // The plus keeps SQLite from walking through all of the organization's tasks by `task_by_time`.
            let select =
                "SELECT min(created_time), max(created_time) FROM task WHERE +organization = ? AND row IN (\(source))"
            guard let row = try Row.fetchOne(db, sql: select, arguments: [organization.row]),
                let first: Int64 = row[0], let last: Int64 = row[1]
            else { return nil }
            restrict(to: Timestamp(stored: first)..<Timestamp(stored: last + 1))
        }
        if let window, window.isEmpty { return nil }
    }

    /// Where the tasks stand that have the rare states: asking there first spares a walk through all tasks there are.
    private static func indexOfRare(_ state: ListFilter.State?) -> String? {
        switch state {
        case .recording(.pending), .recording(.failed): "SELECT task FROM recording WHERE archive IS NULL"
        case .gap: "SELECT task FROM question"
        case .recording(.stored), .recording(.archived), nil: nil
        }
    }

    private mutating func restrict(to bounds: Range<Timestamp>) {
        window = window.map { $0.clamped(to: bounds) } ?? bounds
    }

    func batch(
        after position: TaskPosition,
        _ standpoint: Standpoint,
        in db: Database
    ) throws -> ([ListRow], TaskPosition?) {
        var conditions = [
            TaskRange.condition, "created_time >= :after_time AND (created_time, id) > (:after_time, :after_id)",
        ]
        var arguments = TaskRange.arguments(organization: organization.row, window: window)
        arguments += ["after_time": position.createdTime, "after_id": position.id]
        if let day = filter.day {
            conditions.append("day = :day")
            arguments += ["day": day.stored]
        }
        if let task = filter.task {
            conditions.append("id = :id")
            arguments += ["id": task.stored]
        }
        let select = """
            SELECT row, id, created_time, day FROM task WHERE \(conditions.joined(separator: " AND "))
            ORDER BY created_time, id LIMIT 500
            """
        let tasks = try Row.fetchAll(db.cachedStatement(sql: select), arguments: arguments)
        let rows = try tasks.flatMap { row in
            let task = TaskScope(
                row: row[0],
                id: try TaskID(stored: row[1]),
                day: try ArchiveDay(stored: row[3]),
                organization: organization.name
            )
            return try entries(of: task, standpoint, in: db)
        }
        return (rows, tasks.last.map { TaskPosition(createdTime: $0[2], id: $0[1]) })
    }

    private func entries(
        of task: TaskScope,
        _ standpoint: Standpoint,
        in db: Database
    ) throws -> [ListRow] {
        let recordings = try task.recordings(in: db)
        let rows = recordings.filter { filter.state == nil || filter.state == .recording($0.state) }
            .map(ListRow.recording)
        guard filter.state == nil || filter.state == .gap,
            let gap = try task.gap(at: standpoint, in: db)
        else { return rows }
        return rows + [.gap(gap)]
    }
}

/// One task, and what hangs on it.
private struct TaskScope: Sendable {
    var row: Int64
    var id: TaskID
    var day: ArchiveDay
    var organization: OrganizationName

    static func all(_ id: TaskID, organization: OrganizationName?, in db: Database) throws -> [TaskScope] {
        let select = """
            SELECT task.row, day, name FROM task JOIN organization ON organization.row = task.organization
            WHERE task.id = :id AND (:organization IS NULL OR name = :organization) ORDER BY name
            """
        let arguments: StatementArguments = ["id": id.stored, "organization": organization?.description]
        return try Row.fetchAll(db, sql: select, arguments: arguments).map { row in
            TaskScope(
                row: row[0],
                id: id,
                day: try ArchiveDay(stored: row[1]),
                organization: try OrganizationName(stored: row[2])
            )
        }
    }

    func recordings(in db: Database) throws -> [RecordingRow] {
        let select = """
            SELECT ordinal, \(RecordingColumns.key), stop_time, file, attempts, wanted_time, failure, failure_code,
                \(RecordingColumns.held), \(RecordingColumns.damagedIn)
            FROM recording \(RecordingColumns.keyJoins) \(RecordingColumns.heldJoins) WHERE recording.task = ?
            """
        return try Row.fetchAll(db.cachedStatement(sql: select), arguments: [row])
            .map { try RecordingRow($0, organization: organization, taskID: id, task: row, day: day) }
            .sorted { $0.file.description < $1.file.description }
    }

    /// What is missing of it beside its failed recordings, which have lines of their own.
    func gap(at standpoint: Standpoint, in db: Database) throws -> Gap? {
        let open = try OpenTask.cursor(where: "question.task = :task", ["task": row], in: db)
        guard let task = try open.next().map(OpenTask.init), case .gap(let reason) = task.standing(at: standpoint)
        else {
            return nil
        }
        return task.gap(reason)
    }
}
