import GRDB
import Recordings

/// Reads the calls of many tasks, most of which share their profiles.
struct CallReading {
    private var profiles: [DatabaseValue: CallProfile] = [:]
    private var outcomes: [Int64: CallOutcome] = [:]

    /// - Parameter columns: a row that begins with `StoredCall.columns` and `task.row`.
    mutating func call(of columns: Row, in db: Database) throws -> KnownCall? {
        guard let key: Int64 = try columns[3] else { return nil }
        let profile = try profiles[columns[0]] ?? CallProfile(stored: columns[0], in: db)
        let outcome = try outcomes[key] ?? CallOutcome(row: key, in: db)
        profiles[try columns[0]] = profile
        outcomes[key] = outcome
        let call = StoredCall(profile, number: try columns[1], durationMilliseconds: try columns[2], outcome)
        var facts = call.facts
        let others = try CallAgents.all(of: try columns[4], in: db)
        if !others.isEmpty { facts.add(others) }
        return KnownCall(facts: facts, isSearched: call.source == .search)
    }
}
