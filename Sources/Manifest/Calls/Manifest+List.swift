import GRDB
import Recordings

extension Manifest {
    /// What the manifest holds: a row for each recording, and one for each task that should have a recording and has
    /// none. In the order of organization, creation of the task, task and file; streamed.
    /// - Parameter maxCandidates: how many row numbers a search for calls may keep in memory. If there are more, tasks
    ///   are read in the order of time.
    package func entries(
        _ filter: ListFilter = ListFilter(),
        at standpoint: Standpoint,
        maxCandidates: Int = CallSearch.maxCandidates
    ) -> RowSequence<ListRow> {
        batches(filter, at: standpoint, maxCandidates: maxCandidates) { $0.flatMap(\.rows) }
    }

    /// The calls that the manifest knows, with what it holds of each. In the order of organization, creation and task;
    /// streamed. With a filter by state, only calls that have a row in that state.
    /// - Parameter maxCandidates: as for ``entries(_:at:maxCandidates:)``.
    package func calls(
        _ filter: ListFilter = ListFilter(),
        at standpoint: Standpoint,
        maxCandidates: Int = CallSearch.maxCandidates
    ) -> RowSequence<CallRow> {
        batches(filter, at: standpoint, maxCandidates: maxCandidates) { $0 }
    }

    private func batches<Element: Sendable>(
        _ filter: ListFilter,
        at standpoint: Standpoint,
        maxCandidates: Int,
        _ elements: @escaping @Sendable ([CallRow]) -> [Element]
    ) -> RowSequence<Element> {
        RowSequence(from: ListState.beginning) { [self] state in
            try await read { db in
                switch state {
                case .beginning:
                    return RowSequence.Batch(
                        rows: [],
                        next: try ListState.scopes(of: filter, maxCandidates, standpoint.altered, in: db)
                    )
                case .within(let scopes, let position):
                    guard let scope = scopes.first else { return RowSequence.Batch(rows: [], next: nil) }
                    let (calls, next) = try scope.batch(after: position, standpoint, in: db)
                    let rows = elements(calls)
                    if let next { return RowSequence.Batch(rows: rows, next: .within(scopes, next)) }
                    let others = scopes.dropFirst()
                    return RowSequence.Batch(
                        rows: rows,
                        next: others.isEmpty ? nil : .within(others, ListPosition())
                    )
                }
            }
        }
    }

    /// The recordings of a task, by file. `fetch` uses this to find their bytes.
    /// - Parameter altered: archives that are known to be missing or altered on the disk.
    package func recordings(
        of task: TaskID,
        organization: OrganizationName? = nil,
        altered: AlteredArchives = AlteredArchives()
    ) async throws -> [RecordingRow] {
        try await read { db in
            var calls = CallReading()
            return try TaskScope.all(task, organization: organization, in: db).flatMap { scope in
                try scope.recordings(calls.call(of: scope.columns, in: db), altered, in: db)
            }
        }
    }

    /// What is known about the calls of these tasks; tasks about which nothing is known are left out.
    package func calls(
        of tasks: some Sequence<TaskID> & Sendable,
        organization: OrganizationName
    ) async throws -> [TaskID: KnownCall] {
        try await read { db in
            var reading = CallReading()
            var calls: [TaskID: KnownCall] = [:]
            let select = """
                SELECT \(StoredCall.columns), task.row FROM task JOIN organization ON organization.row = task.organization
                WHERE task.id = ? AND name = ?
                """
            for task in tasks where calls[task] == nil {
                let arguments: StatementArguments = [try task.known(in: db), organization.description]
                guard let row = try Row.fetchOne(db.cachedStatement(sql: select), arguments: arguments) else {
                    continue
                }
                calls[task] = try reading.call(of: row, in: db)
            }
            return calls
        }
    }

    /// What is known about a task. Each organization that has a task of this ID gives one row, so there is nearly
    /// always one or none.
    package func tasks(_ id: TaskID, organization: OrganizationName? = nil) async throws -> [TaskRow] {
        try await read { db in
            let select = """
                SELECT organization.name, task.id, created_time, day, channel.text, status.text, capture_request,
                    listed, asks, next_ask_time, refusal
                FROM task JOIN organization ON organization.row = task.organization
                LEFT JOIN word AS channel ON channel.row = task.channel_type
                LEFT JOIN word AS status ON status.row = task.status LEFT JOIN question ON question.task = task.row
                WHERE task.id = :id AND (:organization IS NULL OR organization.name = :organization)
                ORDER BY organization.name
                """
            let arguments: StatementArguments = ["id": try id.known(in: db), "organization": organization?.description]
            return try Row.fetchAll(db, sql: select, arguments: arguments).map(TaskRow.init)
        }
    }
}

extension TaskRow {
    fileprivate init(_ row: Row) throws {
        let moment = try TaskMoment(row, created: 2, day: 3)
        self.init(
            organization: try OrganizationName(stored: row[0]),
            id: try TaskID(stored: row[1]),
            createdTime: moment.createdTime,
            day: moment.day,
            channelType: try row[4],
            status: TaskStatus(try row[5]),
            captureRequest: try CaptureRequest(stored: row[6]),
            isListed: try row[7],
            asks: try row[8],
            nextAskTime: try row[9],
            refusal: try row[10]
        )
    }
}

/// How far a reader is in the entries.
private enum ListState: RowPosition {
    case beginning
    /// The organizations that are left, the first of them after this position.
    case within(ArraySlice<ListScope>, ListPosition)

    func isAfter(_ earlier: ListState) -> Bool {
        guard case .within(let scopes, let position) = self else { return false }
        guard case .within(let earlierScopes, let earlierPosition) = earlier else { return true }
        return scopes.count < earlierScopes.count || position.isAfter(earlierPosition)
    }

    static func scopes(
        of filter: ListFilter,
        _ maxCandidates: Int,
        _ altered: AlteredArchives,
        in db: Database
    ) throws -> ListState? {
        let scopes = try Row.fetchAll(db, sql: "SELECT row, name, id FROM organization ORDER BY name")
            .map(OrganizationRow.init)
            .filter { filter.organization == nil || filter.organization == $0.name }
            .compactMap { try ListScope(organization: $0, filter: filter, maxCandidates, altered, in: db) }
        return scopes.isEmpty ? nil : .within(scopes[...], ListPosition())
    }
}

/// How far a reader is in one organization's entries.
private struct ListPosition: RowPosition {
    var task = TaskPosition.beginning
    /// How many candidates of a search for calls were read.
    var candidates = 0

    func isAfter(_ earlier: ListPosition) -> Bool {
        candidates > earlier.candidates || task.isAfter(earlier.task)
    }
}

/// The tasks of one organization that a filter selects.
struct ListScope: Sendable {
    var organization: OrganizationRow
    var filter: ListFilter
    /// When these tasks were created. It is narrow if they are few.
    var window: Range<Timestamp>?
    /// `nil` if the filter has no condition on calls.
    var calls: CallSearch?

    private static let batchSize = 500

    init(organization: OrganizationRow, filter: ListFilter, window: Range<Timestamp>?, calls: CallSearch?) {
        (self.organization, self.filter, self.window, self.calls) = (organization, filter, window, calls)
    }

    /// - Returns: `nil` if nothing can pass the filter.
    init?(
        organization: OrganizationRow,
        filter: ListFilter,
        _ maxCandidates: Int,
        _ altered: AlteredArchives,
        in db: Database
    ) throws {
        try IndexEnds.require(in: db)
        self.organization = organization
        self.filter = filter
        window = filter.window
        if let day = filter.day {
            restrict(to: TaskRange.instants(of: day))
            try TaskRange.requireDays(TaskRange.arguments(organization: organization.row, window: window), in: db)
        }
        if let source = Self.indexOfRare(filter.state) {
            // The plus keeps SQLite from reading all of the organization's tasks through `task_by_time`.
            let select =
                "SELECT min(created_time), max(created_time) FROM task WHERE +organization = ? AND row IN (\(source))"
            let row = try Row.fetchOne(db, sql: select, arguments: [organization.row])
            let isOfDamage = filter.state == .recording(.damaged) || filter.state == .gap
            var bounds = isOfDamage ? altered.instants(of: organization.name) : nil
            if let row, let first: Timestamp = try row[0], let last: Timestamp = try row[1] {
                guard first <= last else { throw ManifestError.disordered }
                let rare = first..<(last + .milliseconds(1))
                let lower = min(bounds?.lowerBound ?? rare.lowerBound, rare.lowerBound)
                bounds = lower..<max(bounds?.upperBound ?? rare.upperBound, rare.upperBound)
            }
            guard let bounds else { return nil }
            restrict(to: bounds)
        }
        if let window, window.isEmpty { return nil }
        guard !filter.call.isEmpty else { return }
        calls = try CallSearch(
            filter.call,
            organization: organization.row,
            window: window,
            limit: maxCandidates,
            in: db
        )
        if calls?.candidates?.isEmpty == true { return nil }
    }

    /// The tasks that can have a rare state. Selecting them first avoids reading all tasks.
    private static func indexOfRare(_ state: ListFilter.State?) -> String? {
        switch state {
        case .recording(.failed): "SELECT task FROM recording WHERE archive IS NULL"
        case .recording(.damaged): "SELECT task FROM damage"
        case .gap: "\(unfinished) UNION ALL SELECT task FROM damage"
        case .recording(.pending), .missing: unfinished
        case .explained: "SELECT task FROM explanation"
        case .suspect: "SELECT task FROM suspect WHERE better IS NULL"
        case .recording(.stored), .recording(.archived), nil: nil
        }
    }

    private static let unfinished =
        "SELECT task FROM question UNION ALL SELECT task FROM recording WHERE archive IS NULL"

    private mutating func restrict(to bounds: Range<Timestamp>) {
        window = window.map { $0.clamped(to: bounds) } ?? bounds
    }

    fileprivate func batch(
        after position: ListPosition,
        _ standpoint: Standpoint,
        in db: Database
    ) throws -> ([CallRow], ListPosition?) {
        let (tasks, next) = try tasks(after: position, in: db)
        var reading = CallReading()
        let rows = try tasks.compactMap { row in
            try selected(row, TaskScope(row, organization: organization.name), &reading, standpoint, in: db)
        }
        return (rows, next)
    }

    /// The call that a task is.
    /// - Returns: `nil` if it does not pass the filter.
    func selected(
        _ row: Row,
        _ task: TaskScope,
        _ reading: inout CallReading,
        _ standpoint: Standpoint,
        in db: Database
    ) throws -> CallRow? {
        let known = try reading.call(of: row, in: db)
        if let calls, !(known.map { calls.filter.matches($0.facts) } ?? false) { return nil }
        let call = try call(task, known, standpoint, in: db)
        return filter.state != nil && call.rows.isEmpty ? nil : call
    }

    /// - Returns: rows for ``TaskScope``, and the position to continue from, if there is more.
    private func tasks(after position: ListPosition, in db: Database) throws -> ([Row], ListPosition?) {
        if let candidates = calls?.candidates {
            let some = candidates.dropFirst(position.candidates).prefix(Self.batchSize)
            let conditions = ["row IN (SELECT value FROM json_each(:rows))"]
            let rows = try select(conditions, ["rows": "[\(some.map { String($0) }.joined(separator: ","))]"], in: db)
            let next = ListPosition(candidates: position.candidates + some.count)
            return (rows, next.candidates < candidates.count ? next : nil)
        }
        var conditions = [
            TaskRange.condition, "created_time >= :after_time AND (created_time, id) > (:after_time, :after_id)",
        ]
        var arguments = TaskRange.arguments(organization: organization.row, window: window)
        arguments += ["after_time": position.task.createdTime, "after_id": position.task.id]
        if let calls {
            conditions.append(calls.condition)
            arguments += calls.arguments
        }
        let rows = try select(conditions, arguments, in: db)
        return (
            rows,
            try rows.last.map {
                ListPosition(task: TaskPosition(createdTime: try $0["created_time"], id: try $0["id"]))
            }
        )
    }

    private func select(_ conditions: [String], _ arguments: StatementArguments, in db: Database) throws -> [Row] {
        let (more, values) = try ownConditions(in: db)
        let select = """
            SELECT \(TaskScope.columnNames) FROM task WHERE \((conditions + more).joined(separator: " AND "))
            ORDER BY created_time, id LIMIT \(Self.batchSize)
            """
        return try Row.fetchAll(db.cachedStatement(sql: select), arguments: arguments + values)
    }

    /// The conditions on day and ID.
    func ownConditions(in db: Database) throws -> ([String], StatementArguments) {
        var (conditions, arguments) = ([String](), StatementArguments())
        if let day = filter.day {
            conditions.append("day = :day")
            arguments += ["day": day.stored]
        }
        if let task = filter.task {
            conditions.append("id = :id")
            arguments += ["id": try task.known(in: db)]
        }
        return (conditions, arguments)
    }

    private func call(
        _ task: TaskScope,
        _ call: KnownCall?,
        _ standpoint: Standpoint,
        in db: Database
    ) throws -> CallRow {
        let recordings = try task.recordings(call, standpoint.altered, in: db)
        let (standing, open) = try task.standing(at: standpoint, in: db)
        var gaps = open.map { [$0] } ?? []
        if recordings.contains(where: { $0.held == nil && $0.failureCode != nil }) {
            gaps += try task.failures(in: db)
        }
        var row = CallRow(
            organization: organization.name,
            taskID: task.id,
            day: task.day,
            createdTime: task.createdTime,
            status: TaskStatus(task.status),
            captureRequest: task.captureRequest,
            call: call,
            state: CallState(recordings: recordings.map(\.state), gaps: gaps, isOpen: standing?.isOpen ?? false),
            recordings: recordings,
            gaps: gaps,
            rows: []
        )
        row.rows = try recordings.filter { try isWanted($0, of: task, gaps, in: db) }.map(ListRow.recording)
        if let open, isWanted(open) { row.rows.append(.gap(open)) }
        return row
    }

    private func isWanted(
        _ recording: RecordingRow,
        of task: TaskScope,
        _ gaps: [Gap],
        in db: Database
    ) throws -> Bool {
        switch filter.state {
        case nil: return true
        case .recording(let state): return recording.state == state
        case .suspect: return try task.isSuspect(recording, in: db)
        case .gap: return recording.failureCode != nil
        case .missing, .explained:
            return gaps.first { $0.recording == recording.key }.map(isWanted) ?? false
        }
    }

    private func isWanted(_ gap: Gap) -> Bool {
        switch filter.state {
        case nil, .gap: true
        case .missing: gap.explanation == nil && !gap.isPending && !gap.wasHeld
        case .explained: gap.explanation != nil
        case .recording(let state): state == .pending && gap.isPending
        case .suspect: false
        }
    }
}

extension TaskStanding {
    /// Whether something of the task may still appear, although nothing is missing.
    fileprivate var isOpen: Bool { self == .inProgress || self == .undetermined }
}
