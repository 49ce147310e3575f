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

    /// This many row numbers take eight megabytes.
    package static let maxCandidates = 1_000_000

    /// A way to find the tasks that pass one part of a filter.
    struct Route {
        /// Selects their rows, with indices only; `nil` if no index has them.
        var rows: String?
        /// The same as a condition on `task`. The pluses keep SQLite from using an index instead of the order of time.
        var condition: String
        var arguments: StatementArguments
    }

    /// - Parameter limit: how many rows may be kept in memory.
    init(
        _ filter: CallFilter,
        organization: Int64,
        window: Range<Timestamp>?,
        limit: Int = Self.maxCandidates,
        in db: Database
    ) throws {
        self.filter = filter
        let routes = try Self.routes(of: filter, in: db)
        condition = routes.isEmpty ? "TRUE" : routes.map(\.condition).joined(separator: " AND ")
        arguments = routes.reduce([:]) { $0 + $1.arguments }
        var best: (rows: String, arguments: StatementArguments, count: Int)?
        for route in routes {
            guard let rows = route.rows else { continue }
            let count = try Self.count(rows, route.arguments, min(limit, best?.count ?? limit), in: db)
            if count < best?.count ?? limit + 1 { best = (rows, route.arguments, count) }
        }
        guard let best else { return }
        let range = TaskRange.arguments(organization: organization, window: window)
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

    static func routes(of filter: CallFilter, in db: Database) throws -> [Route] {
        var routes: [Route] = []
        if let agent = filter.agent { routes.append(try agentRoute(agent, in: db)) }
        if let route = try profileRoute(filter, in: db) { routes.append(route) }
        if let origin = filter.origin { routes.append(try numberRoute("origin", origin, in: db)) }
        if let destination = filter.destination {
            routes.append(try numberRoute("destination", destination, in: db))
        }
        if let number = filter.number { routes.append(try numberRoute("number", number, in: db)) }
        if let minimum = filter.minimumMilliseconds { routes.append(durationRoute(minimum)) }
        return routes
    }

    /// Any agent of a call: the last one is in the profile; the others have rows of their own, with or without a name.
    private static func agentRoute(_ wanted: String, in db: Database) throws -> Route {
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
        let rows = list(found.map(\.row))
        let last = route(profiles: try profiles("agent IN (\(rows))", in: db), named: "agent_profiles")
        let others = "SELECT task FROM call_agent WHERE party IN (SELECT value FROM json_each(:agents))"
        return Route(
            rows: last.rows.map { "\($0) UNION ALL \(others)" },
            condition: "(\(last.condition) OR task.row IN (\(others)))",
            arguments: last.arguments + ["agents": "[\(rows)]"]
        )
    }

    /// By queue, site, team and direction.
    private static func profileRoute(_ filter: CallFilter, in db: Database) throws -> Route? {
        var conditions: [String] = []
        for (column, wanted) in [
            ("queue", filter.queue), ("site", filter.site), ("team", filter.team),
        ] {
            guard let wanted else { continue }
            let select = "SELECT row, id, name FROM call_party WHERE row IN (SELECT \(column) FROM call_profile)"
            let parties = try Row.fetchAll(db, sql: select).filter { row in
                CallFilter.matches(wanted, CallFacts.Party(id: StoredIdentifier.text(try row[1]), name: try row[2]))
            }
            conditions.append("\(column) IN (\(list(try parties.map { try $0[0] })))")
        }
        if let direction = filter.direction {
            let words = try words(in: "direction", in: db) { CallFilter.matches(direction, text: $0) }
            conditions.append("direction IN (\(list(words)))")
        }
        guard !conditions.isEmpty else { return nil }
        return route(profiles: try profiles(conditions.joined(separator: " AND "), in: db), named: "profiles")
    }

    /// A number is the customer's or our side's line, depending on the direction of the call.
    private static func numberRoute(_ name: String, _ wanted: String, in db: Database) throws -> Route {
        let lines = try words(in: "line", in: db) { CallFilter.matches(wanted, number: $0) }
        let byLine = route(profiles: try profiles("line IN (\(list(lines)))", in: db), named: "\(name)_profiles")
        let number = TelephoneNumber.digits(of: wanted).flatMap { Int64($0) } ?? 0
        // The index also finds all numbers with the same ending, but only by reading all of it.
        let (indexed, walked) =
            if let ending = TelephoneNumber.ending(of: wanted), ending.count <= StoredNumber.maxDigits {
                numberEnding(ending)
            } else {
                ("call_number IN (\(number), -\(number))", "+call_number IN (\(number), -\(number))")
            }
        // After all numbers the index has the texts. They are few: numbers in other forms, and addresses.
        return Route(
            rows: """
                \(byLine.rows ?? "") UNION ALL SELECT row FROM task WHERE \(indexed)
                UNION ALL SELECT row FROM task WHERE call_number >= ''
                """,
            condition: "(\(byLine.condition) OR \(walked) OR +call_number >= '')",
            arguments: byLine.arguments
        )
    }

    private static func numberEnding(_ digits: String) -> (indexed: String, walked: String) {
        let power = "1" + String(repeating: "0", count: digits.count)
        return (
            "call_number < '' AND abs(call_number) % \(power) = \(digits)",
            "(+call_number < '' AND abs(call_number) % \(power) = \(digits))"
        )
    }

    private static func durationRoute(_ minimum: Int64) -> Route {
        let isLong = minimum >= Schema.longCallMilliseconds
        let index = "call_duration_ms >= :minimum AND call_duration_ms >= \(Schema.longCallMilliseconds)"
        return Route(
            rows: isLong ? "SELECT row FROM task WHERE \(index)" : nil,
            condition: "+call_duration_ms >= :minimum",
            arguments: ["minimum": minimum]
        )
    }

    private static func route(profiles: [Int64], named name: String) -> Route {
        let list = "SELECT value FROM json_each(:\(name))"
        return Route(
            rows: """
                SELECT row FROM task WHERE call_profile IN (\(list))
                UNION ALL SELECT row FROM task WHERE call_profile >= ''
                """,
            condition: "(+call_profile IN (\(list)) OR +call_profile >= '')",
            arguments: [name: "[\(Self.list(profiles))]"]
        )
    }

    private static func profiles(_ condition: String, in db: Database) throws -> [Int64] {
        try Int64.fetchAll(db, sql: "SELECT row FROM call_profile WHERE \(condition)")
    }

    private static func words(
        in column: String,
        in db: Database,
        _ isWanted: (String) -> Bool
    ) throws -> [Int64] {
        let select = "SELECT row, text FROM word WHERE row IN (SELECT \(column) FROM call_profile)"
        return try Row.fetchAll(db, sql: select).filter { try isWanted($0[1]) }.map { try $0[0] }
    }

    /// Row numbers need no quoting.
    private static func list(_ numbers: [Int64]) -> String { numbers.map { String($0) }.joined(separator: ",") }
}
