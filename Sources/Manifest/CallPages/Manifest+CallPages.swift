import GRDB
import Recordings

extension Manifest {
    /// How many tasks are examined for one page at most. If few tasks pass the filter and no index finds them, the page ends
    /// after this many, with the calls found so far and a cursor for the rest.
    package static let maxExamined = 20_000

    /// A page of the calls that the manifest knows, newest first.
    /// - Parameters:
    ///   - filter: its organization is ignored.
    ///   - standpoints: the organizations whose calls are listed, and their standpoints.
    ///   - cursor: where the previous page ended; `nil` for the first page.
    ///   - limit: how many calls the page has at most.
    ///   - maxCandidates: as for ``entries(_:at:maxCandidates:)``.
    package func callPage(
        _ filter: ListFilter = ListFilter(),
        at standpoints: [OrganizationName: Standpoint],
        after cursor: CallCursor? = nil,
        limit: Int,
        maxExamined: Int = Manifest.maxExamined,
        maxCandidates: Int = CallSearch.maxCandidates
    ) async throws -> CallPage {
        try await read { db in
            var streams: [NewestCalls] = []
            let rows = try Row.fetchAll(db, sql: "SELECT row, name, id FROM organization ORDER BY name")
            for organization in try rows.map(OrganizationRow.init) {
                guard let standpoint = standpoints[organization.name] else { continue }
                var filter = filter
                filter.organization = organization.name
                if let cursor {
                    // Calls newer than the cursor were on earlier pages. A window without them leaves the indexes fewer
                    // candidates to count.
                    let end = cursor.createdTime + .milliseconds(1)
                    let begin = min(filter.window?.lowerBound ?? Timestamp(millisecondsSince1970: 0), end)
                    filter.window = begin..<max(begin, min(filter.window?.upperBound ?? end, end))
                }
                let scope = try EntriesScope(
                    organization: organization,
                    filter: filter,
                    maxCandidates,
                    standpoint.altered,
                    in: db
                )
                guard let scope else { continue }
                streams.append(NewestCalls(scope, standpoint, after: cursor))
            }
            return try Self.merged(streams, limit: limit, maxExamined: maxExamined, in: db)
        }
    }

    /// Merges the streams of all organizations into one page, newest first.
    private static func merged(
        _ streams: [NewestCalls],
        limit: Int,
        maxExamined: Int,
        in db: Database
    ) throws -> CallPage {
        var streams = streams
        var budget = maxExamined
        var calls: [CallRow] = []
        for place in streams.indices { try streams[place].fill(upTo: limit + 1, budget: &budget, in: db) }
        // A stream that used up the budget may have calls after its frontier. The page must not go past it, or those calls
        // would be skipped.
        let frontiers = streams.compactMap(\.frontier)
        let frontier = frontiers.min { $0.isBefore($1) }
        while calls.count <= limit {
            let heads = streams.indices.filter { streams[$0].head != nil }
            guard
                let first = heads.min(by: { lhs, rhs in
                    guard let left = streams[lhs].head, let right = streams[rhs].head else { return false }
                    return CallCursor(left).isBefore(CallCursor(right))
                }), let call = streams[first].head
            else { break }
            if let frontier, frontier.organization != call.organization, frontier.isBefore(CallCursor(call)) { break }
            calls.append(call)
            streams[first].removeHead()
        }
        if calls.count > limit {
            calls.removeLast(calls.count - limit)
            return CallPage(calls: calls, next: calls.last.map(CallCursor.init))
        }
        return CallPage(calls: calls, next: frontier)
    }
}

/// The calls of one organization, newest first.
private struct NewestCalls {
    private let scope: EntriesScope
    private let standpoint: Standpoint
    private var position: CallCursor?
    private var calls: ArraySlice<CallRow> = []
    /// The last task that was examined; `nil` once all were.
    private(set) var frontier: CallCursor?

    init(_ scope: EntriesScope, _ standpoint: Standpoint, after cursor: CallCursor?) {
        self.scope = scope
        self.standpoint = standpoint
        position = cursor
    }

    var head: CallRow? { calls.first }

    mutating func removeHead() { calls.removeFirst() }

    /// Examines tasks until `count` calls are found, all tasks were examined, or the budget is used up.
    mutating func fill(upTo count: Int, budget: inout Int, in db: Database) throws {
        var reading = CallReading()
        while true {
            let batch = min(500, max(count * 2, 50))
            let rows = try scope.newestTasks(after: position, limit: batch, in: db)
            for row in rows {
                let task = try TaskScope(row, organization: scope.organization.name)
                let place = CallCursor(
                    createdTime: task.createdTime,
                    organization: scope.organization.name,
                    task: task.id
                )
                (position, frontier) = (place, place)
                budget -= 1
                if let call = try scope.selected(row, task, &reading, standpoint, in: db) { calls.append(call) }
                if calls.count >= count || budget <= 0 { return }
            }
            guard rows.count == batch else {
                frontier = nil
                return
            }
        }
    }
}

extension EntriesScope {
    /// Tasks that may pass the filter, newest first.
    /// - Returns: rows for ``TaskScope``.
    fileprivate func newestTasks(after cursor: CallCursor?, limit: Int, in db: Database) throws -> [Row] {
        var conditions: [String] = []
        var arguments: StatementArguments = [:]
        if let candidates = calls?.candidates {
            let list = candidates.map { String($0) }.joined(separator: ",")
            conditions.append("row IN (SELECT value FROM json_each(:rows))")
            arguments += ["rows": "[\(list)]"]
        } else {
            conditions.append(TaskRange.condition)
            arguments += TaskRange.arguments(organization: organization.row, window: window)
            if let calls {
                conditions.append(calls.condition)
                arguments += calls.arguments
            }
        }
        if let cursor {
            arguments += ["time": cursor.createdTime.stored]
            switch cursor.organization {
            case organization.name:
                conditions.append("created_time <= :time AND (created_time < :time OR id < :last)")
                arguments += ["last": try cursor.task.known(in: db)]
            case ..<organization.name: conditions.append("created_time <= :time")
            default: conditions.append("created_time < :time")
            }
        }
        let (more, values) = try ownConditions(in: db)
        let select = """
            SELECT \(TaskScope.columnNames) FROM task WHERE \((conditions + more).joined(separator: " AND "))
            ORDER BY created_time DESC, id DESC LIMIT \(limit)
            """
        return try Row.fetchAll(db.cachedStatement(sql: select), arguments: arguments + values)
    }
}
