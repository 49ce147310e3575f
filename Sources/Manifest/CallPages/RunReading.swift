import GRDB

/// Reads the tasks whose number may contain some digits from the index `call_number_run`: period by period, the newest first.
struct RunReading {
    let digits: String
    /// The period that is being read as a whole, because too many of its tasks have the digits.
    private var whole: Int64?
    private var place: Candidate

    /// The tasks of a period are sorted in memory, at most so many.
    private static let maxSorted = 5000
    private static let maxRead = 1000

    init(_ digits: String, _ scope: CandidateScope) {
        self.digits = digits
        place = Candidate(time: scope.through, row: .max)
    }

    /// - Parameter effort: is increased by about as many tasks as could have been read meanwhile.
    /// - Returns: the next candidates; none if there are no more.
    mutating func next(_ scope: CandidateScope, effort: inout Int, in db: Database) throws -> [Candidate] {
        while true {
            if let period = whole {
                let all = CandidateFeed.allTasks
                let read = try scope.candidates(of: all, [:], after: place, limit: Self.maxRead, in: db)
                let some = Array(read.prefix { $0.time >= period * Schema.period })
                if let last = some.last {
                    place = last
                    return some
                }
                leave(period)
            }
            let select = """
                SELECT created_time FROM task WHERE organization = :organization AND created_time >= :from
                    AND created_time <= :time ORDER BY created_time DESC LIMIT 1
                """
            let arguments = scope.arguments + ["time": place.time]
            let newest = try Int64.fetchOne(db.cachedStatement(sql: select), arguments: arguments)
            guard let newest else { return [] }
            effort += 50
            let period = newest / Schema.period
            guard let found = try rows(of: period, scope, in: db) else {
                whole = period
                continue
            }
            leave(period)
            if !found.isEmpty { return found }
        }
    }

    private mutating func leave(_ period: Int64) {
        whole = nil
        place = Candidate(time: period * Schema.period - 1, row: .max)
    }

    /// - Returns: `nil` if they are too many.
    private func rows(of period: Int64, _ scope: CandidateScope, in db: Database) throws -> [Candidate]? {
        let select = """
            SELECT rowid FROM call_number_run WHERE call_number_run MATCH ? ORDER BY rowid DESC
            LIMIT \(Self.maxSorted + 1)
            """
        let query = NumberRuns.query(digits, organization: scope.organization, period: period)
        let rows = try Int64.fetchAll(db.cachedStatement(sql: select), arguments: [query])
        guard rows.count <= Self.maxSorted else { return nil }
        guard !rows.isEmpty else { return [] }
        let list = "SELECT value FROM json_each(:found)"
        return try scope.candidates(of: list, ["found": "[\(ProfileSearch.list(rows))]"], in: db)
    }
}
