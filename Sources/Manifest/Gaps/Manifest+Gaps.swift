import GRDB
import Recordings

extension Manifest {
    /// Everything that should exist and is not held: tasks without a recording, unusable parts of a list, failed
    /// recordings, and damaged ones. In the order in which the tasks were created.
    /// - Throws: `unknown` if the organization is not registered.
    package func gaps(_ filter: GapFilter, at standpoint: Standpoint) async throws -> [Gap] {
        try await read { db in
            let organization = try OrganizationRow.row(of: filter.organization, in: db)
            return try Gap.all(filter, organization: organization, at: standpoint, in: db)
        }
    }

    /// Reduces the same gaps to one value, in no particular order. No gap is kept in memory, so there can be any
    /// number.
    /// - Throws: `unknown` if the organization is not registered.
    package func reduceGaps<Value: Sendable>(
        _ filter: GapFilter,
        at standpoint: Standpoint,
        into initial: Value,
        _ add: @escaping @Sendable (inout Value, Gap) -> Void
    ) async throws -> Value {
        try await read { db in
            let organization = try OrganizationRow.row(of: filter.organization, in: db)
            var value = initial
            try Gap.forEach(filter, organization: organization, at: standpoint, in: db) { add(&value, $0) }
            return value
        }
    }

    /// Explains what these tasks lack at this moment. What goes missing later is a new gap. Damage that can still be
    /// repaired is not explained. An earlier explanation of the same task is replaced, and stays in the log of events.
    /// The change is durable.
    /// - Parameters:
    ///   - organization: only its tasks; `nil` for all organizations.
    ///   - actor: who says it, if that is not an account of this machine.
    ///   - standpoint: the standpoint for each organization's tasks.
    package func explain(
        _ tasks: [TaskID],
        organization: OrganizationName?,
        with explanation: GapExplanation,
        by actor: Actor? = nil,
        at standpoint: @escaping @Sendable (OrganizationName) -> Standpoint
    ) async throws -> ExplainingResult {
        try await change(tasks, organization, standpoint) { task, db in
            guard task.gaps.contains(where: { $0.reason != .damaged }) else { return nil }
            try StoredExplanation.save(
                explanation,
                of: task.row,
                unusable: task.gaps.first { $0.reason == .unusable }?.detail,
                failed: task.failed,
                in: db
            )
            try ExplainedRest.begin(
                task.row,
                explained: explanation.time,
                schedule: AskSchedule(horizon: standpoint(task.organization).horizon),
                in: db
            )
            return Event(
                time: explanation.time,
                kind: .gapExplained,
                organization: task.organization,
                task: task.id,
                detail: [
                    "note": explanation.note, "reason": explanation.reason.rawValue,
                    "gaps": task.gaps.map(\.reason.rawValue).joined(separator: ","),
                ],
                by: actor ?? explanation.actor
            )
        }
    }

    /// Withdraws the explanations of these tasks: what they lack is not explained any more. The change is durable.
    package func withdrawExplanations(
        _ tasks: [TaskID],
        organization: OrganizationName?,
        by actor: Actor,
        at standpoint: @escaping @Sendable (OrganizationName) -> Standpoint
    ) async throws -> ExplainingResult {
        try await change(tasks, organization, standpoint) { task, db in
            try db.execute(sql: "DELETE FROM explanation WHERE task = ?", arguments: [task.row])
            guard db.changesCount == 1 else { return nil }
            let now = standpoint(task.organization).now
            try ExplainedRest.end(of: task.row, now: now, in: db)
            return Event(
                time: now,
                kind: .explanationWithdrawn,
                organization: task.organization,
                task: task.id,
                by: actor
            )
        }
    }

    /// - Parameter body: changes one task, and returns the event that says so; `nil` if it could not.
    private func change(
        _ tasks: [TaskID],
        _ organization: OrganizationName?,
        _ standpoint: @escaping @Sendable (OrganizationName) -> Standpoint,
        _ body: @escaping @Sendable (ExplainableTask, Database) throws -> Event?
    ) async throws -> ExplainingResult {
        try await write(.machine) { [self] db in
            var result = ExplainingResult()
            var acts: [RecordedAct] = []
            try db.inSavepoint {
                for id in tasks {
                    let found = try ExplainableTask.all(id, organization: organization, standpoint, in: db)
                    if found.isEmpty { result.unknown.append(id) }
                    var isChanged = false
                    for task in found {
                        guard let event = try body(task, db) else { continue }
                        try event.insert(in: db)
                        acts.append(RecordedAct(event: event, gaps: try task.read(standpoint, in: db)))
                        isChanged = true
                    }
                    if !isChanged, !found.isEmpty {
                        let isDamaged = found.contains { task in task.gaps.contains { $0.reason == .damaged } }
                        if isDamaged { result.unrepaired.append(id) } else { result.withoutGap.append(id) }
                    }
                }
                return result.isDone ? .commit : .rollback
            }
            guard result.isDone else { return result }
            try record(acts)
            result.gaps = acts.flatMap(\.gaps)
            return result
        }
    }
}

/// A task, and what it lacks.
private struct ExplainableTask: Sendable {
    var row: Int64
    var organizationRow: Int64
    var organization: OrganizationName
    var id: TaskID
    var gaps: [Gap] = []
    /// The ordinals of its failed recordings.
    var failed: [Int64] = []

    static func all(
        _ id: TaskID,
        organization: OrganizationName?,
        _ standpoint: (OrganizationName) -> Standpoint,
        in db: Database
    ) throws -> [ExplainableTask] {
        let select = """
            SELECT task.row, organization.row, name FROM task JOIN organization ON organization.row = task.organization
            WHERE task.id = :id AND (:organization IS NULL OR name = :organization) ORDER BY name
            """
        let arguments: StatementArguments = ["id": try id.known(in: db), "organization": organization?.description]
        return try Row.fetchAll(db, sql: select, arguments: arguments).map { row in
            var task = ExplainableTask(
                row: try row[0],
                organizationRow: try row[1],
                organization: try OrganizationName(stored: row[2]),
                id: id
            )
            task.gaps = try task.read(standpoint, in: db)
            let failed = "SELECT ordinal FROM recording WHERE task = ? AND archive IS NULL AND failure IS NOT NULL"
            task.failed = try Int64.fetchAll(db, sql: failed, arguments: [task.row])
            return task
        }
    }

    func read(_ standpoint: (OrganizationName) -> Standpoint, in db: Database) throws -> [Gap] {
        let filter = GapFilter(organization: organization, task: id)
        return try Gap.all(filter, organization: organizationRow, at: standpoint(organization), in: db)
    }
}

extension Gap {
    static func all(
        _ filter: GapFilter,
        organization: Int64,
        at standpoint: Standpoint,
        in db: Database
    ) throws -> [Gap] {
        var gaps: [Gap] = []
        try forEach(filter, organization: organization, at: standpoint, in: db) { gaps.append($0) }
        return gaps.sorted(by: isEarlier)
    }

    static func forEach(
        _ filter: GapFilter,
        organization: Int64,
        at standpoint: Standpoint,
        in db: Database,
        _ body: (Gap) -> Void
    ) throws {
        try IndexEnds.require(in: db)
        var condition = TaskRange.condition
        var arguments = TaskRange.arguments(organization: organization, window: filter.window)
        if let day = filter.day {
            let instants = TaskRange.instants(of: day)
            try TaskRange.requireDays(TaskRange.arguments(organization: organization, window: instants), in: db)
            condition += " AND task.day = :day AND task.created_time >= :dawn AND task.created_time < :dusk"
            arguments += [
                "day": day.stored, "dawn": instants.lowerBound.stored, "dusk": instants.upperBound.stored,
            ]
        }
        if let task = filter.task {
            condition += " AND task.id = :id"
            arguments += ["id": try task.known(in: db)]
        }
        let walk: GapWalk = filter.task == nil && filter.day == nil ? .unfinished : .tasks
        let open = try OpenTask.cursor(walk, where: condition, arguments, in: db)
        while let task = try open.next().map(OpenTask.init) {
            guard case .gap(let reason) = task.standing(at: standpoint) else { continue }
            let gap = task.gap(reason)
            if filter.admits(gap) { body(gap) }
        }
        let failed = try FailedRecording.cursor(walk, where: condition, arguments, in: db)
        while let recording = try failed.next().map(FailedRecording.init) {
            if filter.admits(recording.gap) { body(recording.gap) }
        }
        guard filter.includesDamaged else { return }
        try DamagedRecordingRow.forEach(walk, where: condition, arguments, standpoint.altered, in: db) { row in
            if filter.admits(row.gap) { body(row.gap) }
        }
    }
}
