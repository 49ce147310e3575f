import GRDB
import Recordings

/// Chooses the shortest way to the tasks of a page.
struct CandidateChoice {
    private let organization: Int64
    /// Where the ways are compared: in the time before the newest task. `nil` if there is no task.
    private let recent: CandidateScope?

    /// A way to more than this many tasks of the recent time is no shorter than reading all in the order of time, which finds a
    /// task among every few hundred.
    private static let mostCounted = 5000
    /// So many tasks in all, of whatever time, are examined at once.
    private static let fewRows = 2000
    /// So many tasks in no order are read and sorted for one page at most.
    private static let mostRows = 30_000
    /// Half a year, in periods of the index of numbers.
    private static let recentPeriods: Int64 = 6

    init(_ scope: CandidateScope, in db: Database) throws {
        organization = scope.organization
        let select = """
            SELECT created_time FROM task WHERE organization = :organization AND created_time >= :from AND created_time < :to
            ORDER BY created_time DESC LIMIT 1
            """
        let newest = try Int64.fetchOne(db.cachedStatement(sql: select), arguments: scope.arguments)
        recent = newest.map { newest in
            CandidateScope(
                organization: scope.organization,
                from: max(scope.from, (newest / Schema.period - Self.recentPeriods + 1) * Schema.period),
                through: newest
            )
        }
    }

    /// The way to the fewest tasks; `nil` if none is shorter than reading all in the order of time.
    func best(of ways: [[CandidateFeed]], in db: Database) throws -> [CandidateFeed]? {
        guard let recent else { return [] }
        var best: (feeds: [CandidateFeed], count: Int)?
        for way in ways {
            var count = 0
            for feed in way where count < Self.mostCounted { count += try self.count(feed, recent, in: db) }
            if count < best?.count ?? Self.mostCounted { best = (way, count) }
        }
        return best?.feeds
    }

    /// How many tasks a feed leads to, as far as that matters.
    private func count(_ feed: CandidateFeed, _ recent: CandidateScope, in db: Database) throws -> Int {
        switch feed {
        case .keys(let source, let keys):
            let all = source.replacing("= :key", with: "IN (SELECT value FROM json_each(:keys))")
            return try count("\(all) AND \(Self.isRecent)", ["keys": "[\(ProfileSearch.list(keys))]"], recent, in: db)
        case .tasks(let source, let arguments):
            return try count("\(source) AND \(Self.isRecent)", arguments, recent, in: db)
        case .time(let time):
            let narrow = recent.during(time)
            return try count("\(CandidateFeed.allTasks) AND \(Self.isRecent)", [:], narrow, in: db)
        case .rows(let select, let arguments):
            let count = try count("(\(select))", arguments, recent, most: Self.mostRows, in: db)
            if count <= Self.fewRows { return 0 }
            // Fewer are sorted soon. More would be read for each page again.
            return count < Self.mostRows ? min(count, Self.mostCounted - 1) : Self.mostCounted
        case .run(let digits):
            var sum = 0
            for period in (recent.from / Schema.period)...(recent.through / Schema.period)
            where sum < Self.mostCounted {
                let query = NumberRuns.query(digits, organization: organization, period: period)
                sum += try count("call_number_run WHERE call_number_run MATCH :query", ["query": query], recent, in: db)
            }
            return sum
        }
    }

    private static let isRecent = "created_time >= :from AND created_time < :to"

    private func count(
        _ source: String,
        _ arguments: StatementArguments,
        _ scope: CandidateScope,
        most: Int = Self.mostCounted,
        in db: Database
    ) throws -> Int {
        let select = "SELECT count(*) FROM (SELECT 1 FROM \(source) LIMIT \(most))"
        return try Int.fetchOne(db, sql: select, arguments: scope.arguments + arguments) ?? 0
    }
}
