import GRDB
import Recordings

/// Finds the tasks with a number that a pattern matches. The number is in the task's row (the customer's), or in its profile
/// (our side's), depending on the direction of the call.
struct NumberSearch {
    /// The name of the condition, with which the names of its parameters begin.
    var name: String
    /// `nil` matches no number.
    var pattern: NumberPattern?
    var organization: Int64
    var window: Range<Timestamp>?

    /// One query reads the index of at most this many periods.
    private static let maxPeriods: Int64 = 400

    func route(_ profiles: ProfileSearch, in db: Database) throws -> CallSearch.Route {
        let lines = try ProfileSearch.words(in: "line", in: db) { pattern?.matches($0) ?? false }
        let found = lines.isEmpty ? [] : try profiles.rows("line IN (\(ProfileSearch.list(lines)))", in: db)
        let byLine = profiles.route(found, named: "\(name)_profiles")
        switch pattern {
        case nil: return byLine
        case .digits(let run): return try route(byLine, run, in: db)
        case .text(let text): return route(byLine, text: text)
        }
    }

    private func route(_ byLine: CallSearch.Route, _ run: String, in db: Database) throws -> CallSearch.Route {
        let match = try periods(in: db)?.map { "(\(NumberRuns.query(run, organization: organization, period: $0)))" }
            .joined(separator: " OR ")
        let byRun = "SELECT rowid FROM call_number_run WHERE call_number_run MATCH :\(name)_match"
        // A text can have its digits apart.
        let hasRun = "+call_number >= '' OR instr(abs(+call_number), :\(name)_run) > 0"
        let arguments: StatementArguments = ["\(name)_run": run, "\(name)_match": match]
        return CallSearch.Route(
            rows: match == nil ? nil : byLine.rows.map { "\($0) UNION ALL \(byRun)" },
            condition: "(\(byLine.condition) OR \(hasRun))",
            arguments: byLine.arguments + arguments,
            feeds: byLine.feeds.map { $0 + [.run(run)] }
        )
    }

    private func route(_ byLine: CallSearch.Route, text: String) -> CallSearch.Route {
        let isText = "lower(call_number) = :\(name)_text"
        let source = """
            task INDEXED BY task_by_call_text WHERE organization = :organization AND typeof(call_number) = 'text'
                AND \(isText)
            """
        let arguments: StatementArguments = ["\(name)_text": text]
        return CallSearch.Route(
            rows: byLine.rows.map { "\($0) UNION ALL SELECT row FROM \(source)" },
            condition: "(\(byLine.condition) OR (+call_number >= '' AND \(isText)))",
            arguments: byLine.arguments + arguments,
            feeds: byLine.feeds.map { $0 + [.tasks(source, arguments)] }
        )
    }

    /// The periods of the index that the window touches; `nil` if they are too many for one query.
    private func periods(in db: Database) throws -> ClosedRange<Int64>? {
        let select = """
            SELECT min(created_time), (SELECT max(created_time) FROM task WHERE \(TaskRange.condition))
            FROM task WHERE \(TaskRange.condition)
            """
        let arguments = TaskRange.arguments(organization: organization, window: window)
        let row = try Row.fetchOne(db.cachedStatement(sql: select), arguments: arguments)
        guard let row, let first: Int64 = try row[0], let last: Int64 = try row[1], first <= last else { return 0...0 }
        let periods = (first / Schema.period)...(last / Schema.period)
        return periods.count <= Self.maxPeriods ? periods : nil
    }
}

/// What the index `call_number_run` is asked.
enum NumberRuns {
    /// The query for the tasks of a period whose number may contain these digits, at least four. The last eight of them are
    /// enough: hardly any other number has the same. More would make SQLite read the runs that many numbers begin with.
    static func query(_ digits: String, organization: Int64, period: Int64) -> String {
        let digits = Array(digits.utf8)
        let runs = [max(0, digits.count - 8), max(0, digits.count - 4)].map { place in
            String(decoding: digits[place...].prefix(4), as: UTF8.self)
        }
        return Set(runs).sorted().map { "\"\(organization)x\(period)x\($0)\"" }.joined(separator: " ")
    }
}
