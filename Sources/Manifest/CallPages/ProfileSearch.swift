import GRDB
import Recordings

/// Finds the profiles that meet a condition, and the tasks that have one of them.
struct ProfileSearch {
    /// Whether every task of the organization has a row of `call_profile`, or no profile. If there are too many different
    /// profiles, some are in the rows of their tasks, and such a profile could be any.
    var isComplete: Bool

    /// Of more profiles than this, a page cannot find the newest task. So many profiles are a large part of all, and reading
    /// in the order of time finds their tasks.
    private static let maxKeys = 4000
    /// Of more profiles than this, each task's is compared when it is read: SQLite would sort them for every few tasks.
    private static let maxListed = 16_000

    /// Whether a task of any organization has a profile in its row.
    static func hasUnshared(in db: Database) throws -> Bool {
        let select =
            "SELECT 1 FROM task INDEXED BY task_by_unshared_profile WHERE typeof(call_profile) = 'text' LIMIT 1"
        return try Int.fetchOne(db.cachedStatement(sql: select)) != nil
    }

    static func hasUnshared(_ organization: Int64, in db: Database) throws -> Bool {
        let select = "SELECT 1 FROM \(unshared) LIMIT 1"
        return try Int.fetchOne(db.cachedStatement(sql: select), arguments: ["organization": organization]) != nil
    }

    private static let unshared = """
        task INDEXED BY task_by_unshared_profile WHERE organization = :organization AND typeof(call_profile) = 'text'
        """

    /// The conditions on `call_profile` for queue, site, team and direction; `nil` if the filter has none of them.
    func conditions(_ filter: CallFilter, in db: Database) throws -> [String]? {
        var conditions: [String] = []
        for (column, wanted) in [("queue", filter.queue), ("site", filter.site), ("team", filter.team)] {
            guard let wanted else { continue }
            let select = "SELECT row, id, name FROM call_party WHERE row IN (SELECT \(column) FROM call_profile)"
            let parties = try Row.fetchAll(db, sql: select).filter { row in
                CallFilter.matches(wanted, CallFacts.Party(id: StoredIdentifier.text(try row[1]), name: try row[2]))
            }
            conditions.append("\(column) IN (\(Self.list(try parties.map { try $0[0] })))")
        }
        if let direction = filter.direction {
            let words = try Self.words(in: "direction", in: db) { CallFilter.matches(direction, text: $0) }
            conditions.append("direction IN (\(Self.list(words)))")
        }
        return conditions.isEmpty ? nil : conditions
    }

    /// The rows of `call_profile` that meet a condition.
    func rows(_ condition: String, in db: Database) throws -> [Int64] {
        try Int64.fetchAll(db, sql: "SELECT row FROM call_profile WHERE \(condition)")
    }

    /// - Parameter name: the parameter for the profiles, which no other route has.
    func route(_ profiles: [Int64], named name: String) -> CallSearch.Route {
        let list = "SELECT value FROM json_each(:\(name))"
        let source = "task INDEXED BY task_by_call_profile WHERE organization = :organization AND call_profile"
        let isInTime = "created_time >= :from AND created_time < :to"
        let rows = "SELECT row FROM \(source) IN (\(list)) AND \(isInTime)"
        let shared = CandidateFeed.keys("\(source) = :key", profiles)
        return CallSearch.Route(
            rows: isComplete ? rows : "\(rows) UNION ALL SELECT row FROM \(Self.unshared) AND \(isInTime)",
            condition: profiles.count > Self.maxListed
                ? "TRUE" : "(+call_profile IN (\(list))\(isComplete ? "" : " OR +call_profile >= ''"))",
            arguments: [name: "[\(Self.list(profiles))]"],
            feeds: profiles.count > Self.maxKeys ? nil : isComplete ? [shared] : [shared, .tasks(Self.unshared)]
        )
    }

    static func words(in column: String, in db: Database, _ isWanted: (String) -> Bool) throws -> [Int64] {
        let select = "SELECT row, text FROM word WHERE row IN (SELECT \(column) FROM call_profile)"
        return try Row.fetchAll(db, sql: select).filter { try isWanted($0[1]) }.map { try $0[0] }
    }

    /// Row numbers need no quoting.
    static func list(_ numbers: [Int64]) -> String { numbers.map { String($0) }.joined(separator: ",") }
}
