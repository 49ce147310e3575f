import GRDB
import Recordings

/// The calls of one organization that pass a filter, newest first.
struct NewestCalls {
    /// What comes next.
    enum Next {
        case call(CallRow)
        /// Enough was examined for one page: every call before this position is known.
        case pause(CallCursor)
        case end
    }

    private let scope: ListScope
    private let standpoint: Standpoint
    private var candidates: PageCandidates
    /// For `task`, and the arguments.
    private let condition: String
    private let arguments: StatementArguments
    private var reading = CallReading()
    private var rows: ArraySlice<Row> = []
    /// When the oldest task of ``rows`` was created, and of those that were examined before.
    private var oldest: Int64?
    private var known: Next?
    private var chunk: Int
    private var budget: Int

    private static let largestChunk = 8192
    /// What it costs to find out that a task does not pass, in tasks that SQLite passes over in the order of time.
    private static let (costOfRow, costOfCall) = (10, 60)

    /// - Parameters:
    ///   - count: how many calls are wanted.
    ///   - budget: how many tasks may be examined in the order of time; other ways cost about as much as they take longer.
    /// - Returns: `nil` if nothing can pass the filter.
    init?(
        _ organization: OrganizationRow,
        _ filter: ListFilter,
        _ standpoint: Standpoint,
        after cursor: CallCursor?,
        count: Int,
        budget: Int,
        in db: Database
    ) throws {
        guard let scope = try ListScope(pageOf: organization, filter: filter, in: db) else { return nil }
        (self.scope, self.standpoint, self.budget) = (scope, standpoint, max(1, budget))
        chunk = count
        let state = try filter.state.map { try StateSearch($0, organization, standpoint.altered, in: db) }
        var (conditions, arguments) = try scope.pageConditions(in: db)
        if let calls = scope.calls {
            conditions.append(calls.condition)
            arguments += calls.arguments
        }
        if let state {
            conditions.append("(\(state.condition))")
            arguments += state.arguments
        }
        if let cursor {
            conditions.append(cursor.condition(in: organization.name))
            arguments += ["before": cursor.createdTime.stored, "last_id": try cursor.task.known(in: db)]
        }
        condition = conditions.map { " AND \($0)" }.joined()
        self.arguments = arguments
        var window = CandidateScope(
            organization: organization.row,
            from: scope.window?.lowerBound.stored ?? .min,
            through: min(
                scope.window.map { $0.upperBound.stored - 1 } ?? .max,
                try cursor?.newestTime(in: organization, in: db) ?? .max
            )
        )
        if let ranges = state?.ranges {
            guard let first = ranges.first, let last = ranges.last else { return nil }
            window = window.during(first.lowerBound..<last.upperBound)
        }
        let ways = ([state?.feeds] + (scope.calls?.routes.map(\.feeds) ?? [])).compactMap(\.self)
        let best =
            if let task = filter.task {
                [CandidateFeed.rows("SELECT row FROM task WHERE id = :task", ["task": try task.known(in: db)])]
            } else if ways.isEmpty {
                [CandidateFeed]?.none
            } else {
                try CandidateChoice(window, in: db).best(of: ways, in: db)
            }
        candidates = try PageCandidates(best, state?.ranges, window, in: db)
    }

    /// The next call, without removing it.
    mutating func next(in db: Database) throws -> Next {
        if let known { return known }
        let next = try find(in: db)
        known = next
        return next
    }

    /// Removes the call that ``next(in:)`` has returned.
    mutating func removeFirst() { known = nil }

    private mutating func find(in db: Database) throws -> Next {
        while true {
            while let row = rows.popFirst() {
                let task = try TaskScope(row, organization: scope.organization.name)
                if let call = try scope.selected(row, task, &reading, standpoint, in: db) { return .call(call) }
                budget -= scope.filter.state == nil ? Self.costOfRow : Self.costOfCall
                if budget <= 0, !rows.isEmpty {
                    let organization = scope.organization.name
                    return .pause(CallCursor(createdTime: task.createdTime, organization: organization, task: task.id))
                }
            }
            if budget <= 0, let oldest {
                if let pause = try pause(at: oldest, in: db) { return .pause(pause) }
            }
            guard let next = try candidates.next(chunk, effort: budget, in: db) else { return .end }
            chunk = min(2 * chunk, Self.largestChunk)
            budget -= next.effort
            oldest = next.oldest
            let select = """
                SELECT \(TaskScope.columnNames) FROM task WHERE \(next.condition)\(condition)
                ORDER BY created_time DESC, id DESC
                """
            rows = try Row.fetchAll(db.cachedStatement(sql: select), arguments: next.arguments + arguments)[...]
        }
    }

    /// The position after all tasks of that time; `nil` if there are none.
    private func pause(at time: Int64, in db: Database) throws -> CallCursor? {
        let select = "SELECT created_time, id FROM task WHERE organization = ? AND created_time = ? ORDER BY id LIMIT 1"
        let arguments: StatementArguments = [scope.organization.row, time]
        return try Row.fetchOne(db.cachedStatement(sql: select), arguments: arguments).map { row in
            CallCursor(
                createdTime: try row[0],
                organization: scope.organization.name,
                task: try TaskID(stored: row[1])
            )
        }
    }
}

extension CallCursor {
    /// When the newest task of an organization that comes after this position can have been created.
    fileprivate func newestTime(in organization: OrganizationRow, in db: Database) throws -> Int64 {
        switch self.organization {
        case organization.name:
            // A page that examined nothing new would have the cursor of the page before.
            let select = "SELECT 1 FROM task WHERE organization = ? AND created_time = ? AND id < ? LIMIT 1"
            let arguments: StatementArguments = [organization.row, createdTime.stored, try task.known(in: db)]
            let isLast = try Int.fetchOne(db.cachedStatement(sql: select), arguments: arguments) == nil
            return createdTime.stored - (isLast ? 1 : 0)
        case ..<organization.name: return createdTime.stored
        default: return createdTime.stored - 1
        }
    }

    /// The condition for tasks of an organization that come after this position, with the arguments `:before` and `:last_id`.
    fileprivate func condition(in organization: OrganizationName) -> String {
        switch self.organization {
        case organization: "created_time <= :before AND (created_time < :before OR id < :last_id)"
        case ..<organization: "created_time <= :before"
        default: "created_time < :before"
        }
    }
}

extension ListScope {
    /// For a page: without the search for candidates, which takes as long as there are many.
    fileprivate init?(pageOf organization: OrganizationRow, filter: ListFilter, in db: Database) throws {
        try IndexEnds.require(in: db)
        var window = filter.window
        if let day = filter.day {
            let instants = TaskRange.instants(of: day)
            window = window.map { $0.clamped(to: instants) } ?? instants
        }
        if let window, window.isEmpty { return nil }
        let calls =
            filter.call.isEmpty
            ? nil : try CallSearch(filter.call, organization: organization.row, window: window, limit: nil, in: db)
        self.init(organization: organization, filter: filter, window: window, calls: calls)
    }

    /// The conditions on day and ID. A task whose day contradicts its creation is not left out: reading it reports the damage.
    fileprivate func pageConditions(in db: Database) throws -> ([String], StatementArguments) {
        var (conditions, arguments) = try ownConditions(in: db)
        conditions = conditions.map { $0 == "day = :day" ? "(day = :day OR \(TaskRange.contradiction))" : $0 }
        return (conditions, arguments)
    }
}
