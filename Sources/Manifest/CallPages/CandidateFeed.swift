import GRDB
import Recordings

/// A way to tasks that may pass a filter, the newest first. Its SQL may use the argument `:organization`. It says nothing about
/// time: of two conditions on a column, SQLite uses one to find a place in an index.
enum CandidateFeed: Sendable {
    /// Ranges of an index in the order of time, one for each value of `:key`.
    case keys(String, [Int64])
    /// One range of an index in the order of time.
    case tasks(String, StatementArguments = [:])
    /// Selects the rows of few tasks, in any order.
    case rows(String, StatementArguments = [:])
    /// The tasks whose own number may contain these digits.
    case run(String)
    /// All tasks that were created in this time.
    case time(Range<Timestamp>)

    static let allTasks = "task INDEXED BY task_by_time WHERE organization = :organization"
}

/// A task that may pass a filter: when it was created, in milliseconds since 1970, and its row.
struct Candidate: Hashable, Sendable {
    var time: Int64
    var row: Int64

    /// The position before all tasks.
    static let first = Candidate(time: .max, row: .max)

    /// Whether it comes before `other` in the order of pages.
    func isNewer(than other: Candidate) -> Bool { (time, row) > (other.time, other.row) }
}

/// The tasks of an organization from which a page is made.
struct CandidateScope: Sendable {
    var organization: Int64
    /// The earliest time, and the latest.
    var from: Int64
    var through: Int64

    var arguments: StatementArguments {
        ["organization": organization, "from": from, "to": through == .max ? through : through + 1]
    }

    /// Those of its tasks that were created in this time.
    func during(_ time: Range<Timestamp>) -> CandidateScope {
        CandidateScope(
            organization: organization,
            from: max(from, time.lowerBound.stored),
            through: min(through, time.upperBound.stored - 1)
        )
    }

    /// Candidates of one range of an index, the newest first.
    func candidates(
        of source: String,
        _ arguments: StatementArguments,
        after place: Candidate,
        limit: Int,
        in db: Database
    ) throws -> [Candidate] {
        let select = """
            SELECT created_time, row FROM \(source) AND created_time >= :from AND created_time <= :time
                AND (created_time < :time OR row < :last)
            ORDER BY created_time DESC, row DESC LIMIT :limit
            """
        let place: StatementArguments = ["time": place.time, "last": place.row, "limit": limit]
        return try Row.fetchAll(db.cachedStatement(sql: select), arguments: self.arguments + arguments + place)
            .map { Candidate(time: try $0[0], row: try $0[1]) }
    }

    /// The newest candidate of each of these ranges of an index.
    func newest(of source: String, _ keys: [Int64], in db: Database) throws -> [(key: Int64, time: Int64)] {
        let newest = """
            SELECT created_time FROM \(source) AND created_time >= :from AND created_time < :to
            ORDER BY created_time DESC LIMIT 1
            """
        let select = """
            SELECT value, (\(newest.replacing(":key", with: "value"))) FROM json_each(:keys)
            """
        let arguments = self.arguments + ["keys": "[\(ProfileSearch.list(keys))]"]
        return try Row.fetchAll(db.cachedStatement(sql: select), arguments: arguments).compactMap { row in
            guard let time: Int64 = try row[1] else { return nil }
            return (try row[0], time)
        }
    }

    /// Those of few tasks that are in the scope, the newest first.
    func candidates(of rows: String, _ arguments: StatementArguments, in db: Database) throws -> [Candidate] {
        let select = """
            SELECT created_time, row FROM task WHERE row IN (\(rows)) AND +organization = :organization
                AND +created_time >= :from AND +created_time < :to ORDER BY created_time DESC, row DESC
            """
        return try Row.fetchAll(db, sql: select, arguments: self.arguments + arguments)
            .map { Candidate(time: try $0[0], row: try $0[1]) }
    }
}
