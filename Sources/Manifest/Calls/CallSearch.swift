import GRDB
import Recordings

/// Finds the tasks whose calls pass a filter. If an index leads to few tasks, it is used; otherwise all tasks are read
/// in the order of time, because many of them pass.
///
/// The result can contain too many tasks, never too few. ``CallFilter/matches(_:)`` decides about each of them: an
/// index only has what is in the rows, and a profile that is stored as text in its task's row could be any.
package struct CallSearch: Sendable {
    let filter: CallFilter
    /// The tasks that may pass, in the order of creation and ID; `nil` if they are too many to keep in memory.
    private(set) var candidates: [Int64]?
    /// The condition on `task` for reading in the order of time.
    let condition: String
    let arguments: StatementArguments
    /// The ways to the tasks that pass, one for each part of the filter.
    let routes: [Route]

    /// This many row numbers take eight megabytes.
    package static let maxCandidates = 1_000_000

    /// A way to find the tasks that pass one part of a filter. The arguments of ``TaskRange`` are those of its SQL, too.
    struct Route: Sendable {
        /// Selects their rows, with indices only; `nil` if no index has them.
        var rows: String?
        /// The same as a condition on `task`. The pluses keep SQLite from using an index instead of the order of time.
        var condition: String
        var arguments: StatementArguments
        /// The same for a page: the newest of them first. `nil` if no index has them in that order.
        var feeds: [CandidateFeed]?
    }

    /// - Parameter limit: how many rows may be kept in memory; `nil` for a page, which needs no candidates.
    init(
        _ filter: CallFilter,
        organization: Int64,
        window: Range<Timestamp>?,
        limit: Int? = Self.maxCandidates,
        in db: Database
    ) throws {
        self.filter = filter
        let range = TaskRange.arguments(organization: organization, window: window)
        routes = try Self.routes(of: filter, organization: organization, window: window, in: db)
        condition = routes.isEmpty ? "TRUE" : routes.map(\.condition).joined(separator: " AND ")
        arguments = routes.reduce([:]) { $0 + $1.arguments }
        guard let limit else { return }
        var best: (rows: String, arguments: StatementArguments, count: Int)?
        for route in routes {
            guard let rows = route.rows else { continue }
            let count = try Self.count(rows, range + route.arguments, min(limit, best?.count ?? limit), in: db)
            if count < best?.count ?? limit + 1 { best = (rows, route.arguments, count) }
        }
        guard let best else { return }
        if window != nil {
            let inWindow = "SELECT row FROM task WHERE \(TaskRange.condition)"
            if try Self.count(inWindow, range, best.count, in: db) < best.count { return }
        }
        // The plus keeps SQLite from reading all of the organization's tasks through `task_by_time`.
        let select = """
            SELECT row FROM task WHERE row IN (\(best.rows)) AND +organization = :organization
                AND +created_time >= :from AND +created_time < :to ORDER BY created_time, id
            """
        candidates = try Int64.fetchAll(db, sql: select, arguments: range + best.arguments)
    }

    /// How many rows there are; counting ends just above `limit`.
    private static func count(
        _ rows: String,
        _ arguments: StatementArguments,
        _ limit: Int,
        in db: Database
    ) throws -> Int {
        let select = "SELECT count(*) FROM (\(rows) LIMIT \(limit + 1))"
        return try Int.fetchOne(db, sql: select, arguments: arguments) ?? 0
    }

    static func routes(
        of filter: CallFilter,
        organization: Int64,
        window: Range<Timestamp>?,
        in db: Database
    ) throws -> [Route] {
        let profiles = ProfileSearch(isComplete: try !ProfileSearch.hasUnshared(organization, in: db))
        var routes: [Route] = []
        if let agent = filter.agent { routes.append(try agentRoute(agent, filter, profiles, in: db)) }
        if let conditions = try profiles.conditions(filter, in: db) {
            let found = try profiles.rows(conditions.joined(separator: " AND "), in: db)
            routes.append(profiles.route(found, named: "profiles"))
        }
        let numbers = [("origin", filter.origin), ("destination", filter.destination), ("number", filter.number)]
        for case (let name, let wanted?) in numbers {
            let search = NumberSearch(
                name: name,
                pattern: NumberPattern(wanted),
                organization: organization,
                window: window
            )
            routes.append(try search.route(profiles, in: db))
        }
        if let minimum = filter.minimumMilliseconds { routes.append(durationRoute(minimum)) }
        return routes
    }

    /// Any agent of a call: the last one is in the profile; the others have rows of their own, with or without a name.
    private static func agentRoute(
        _ wanted: String,
        _ filter: CallFilter,
        _ profiles: ProfileSearch,
        in db: Database
    ) throws -> Route {
        let select = """
            SELECT row, id, name FROM call_party WHERE row IN (SELECT agent FROM call_profile)
                OR EXISTS (SELECT 1 FROM call_agent WHERE party = call_party.row)
            """
        let parties = try Row.fetchAll(db, sql: select).map { row in
            (row: try row[0] as Int64, party: CallFacts.Party(id: StoredIdentifier.text(try row[1]), name: try row[2]))
        }
        let ids = Set(parties.filter { CallFilter.matches(wanted, $0.party) }.compactMap(\.party?.id))
        let found = parties.filter { party in
            CallFilter.matches(wanted, party.party) || party.party?.id.map(ids.contains) ?? false
        }
        let rows = ProfileSearch.list(found.map(\.row))
        // The other conditions apply whichever agent was last.
        let conditions = try ["agent IN (\(rows))"] + (profiles.conditions(filter, in: db) ?? [])
        let last = profiles.route(
            try profiles.rows(conditions.joined(separator: " AND "), in: db),
            named: "agent_profiles"
        )
        let others = "SELECT task FROM call_agent WHERE party IN (SELECT value FROM json_each(:agents))"
        let arguments: StatementArguments = ["agents": "[\(rows)]"]
        return Route(
            rows: last.rows.map { "\($0) UNION ALL \(others)" },
            condition: "(\(last.condition) OR task.row IN (\(others)))",
            arguments: last.arguments + arguments,
            feeds: last.feeds.map { $0 + [.rows(others, arguments)] }
        )
    }

    private static func durationRoute(_ minimum: Int64) -> Route {
        guard minimum >= 60_000 else {
            return Route(condition: "+call_duration_ms >= :minimum", arguments: ["minimum": minimum])
        }
        let first = min(minimum / 60_000, Schema.mostMinutes)
        let source = """
            task INDEXED BY task_by_length WHERE organization = :organization AND call_duration_ms >= 60000
                AND \(Schema.length)
            """
        return Route(
            rows: "SELECT row FROM \(source) >= \(first) AND call_duration_ms >= :minimum",
            condition: "+call_duration_ms >= :minimum",
            arguments: ["minimum": minimum],
            feeds: [.keys("\(source) = :key", Array(first...Schema.mostMinutes))]
        )
    }
}
