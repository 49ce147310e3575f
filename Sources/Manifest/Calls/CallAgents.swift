import GRDB
import Recordings

/// The rows of `call_agent`: the agents of a task's call, other than the last one. Rows are only added.
enum CallAgents {
    /// Adds agents whom the provider names for the call.
    static func add(_ agents: [CallFacts.Party], to task: Int64, in db: Database) throws {
        for agent in agents {
            guard let party = try agent.knownOrNewRow(in: db) else { continue }
            try add(party, to: task, in: db)
        }
    }

    /// Adds the agents who took part in a recording. Nearly always that is the last agent alone, who needs no row.
    static func add(participantsOf json: ProviderJSON, to task: Int64, in db: Database) throws {
        let agents = CallFacts.agents(capture: json)
        guard !agents.isEmpty else { return }
        let select = """
            SELECT call_party.id FROM task JOIN call_profile ON call_profile.row = task.call_profile
            JOIN call_party ON call_party.row = call_profile.agent WHERE task.row = ?
            """
        let row = try Row.fetchOne(db.cachedStatement(sql: select), arguments: [task])
        let last = try row.flatMap { StoredIdentifier.text(try $0[0]) }
        try add(agents.filter { $0.id != last }, to: task, in: db)
    }

    /// The agent of a task's profile, to be read before the profile changes; `nil` if it has none.
    static func last(of task: Int64, in db: Database) throws -> Int64? {
        let select = "SELECT agent FROM call_profile WHERE row = (SELECT call_profile FROM task WHERE row = ?)"
        return try Row.fetchOne(db.cachedStatement(sql: select), arguments: [task]).flatMap { try $0[0] }
    }

    /// Keeps a task's former last agent, if another agent is the last now and the call has known recordings. That agent
    /// took part in them, but had no row while the profile named them.
    static func keep(_ former: Int64, of task: Int64, in db: Database) throws {
        let insert = """
            INSERT OR IGNORE INTO call_agent (task, party)
            SELECT :task, :former WHERE EXISTS (SELECT 1 FROM recording WHERE task = :task)
                AND (SELECT agent FROM call_profile WHERE row = (SELECT call_profile FROM task WHERE row = :task))
                    IS NOT :former
            """
        try db.cachedStatement(sql: insert).execute(arguments: ["task": task, "former": former])
    }

    /// The agents of a task, without the last one. An agent who was named without a name gets the name from another
    /// call.
    static func all(of task: Int64, in db: Database) throws -> [CallFacts.Party] {
        let select = """
            SELECT id, coalesce(name, (SELECT named.name FROM call_party AS named
                WHERE ifnull(named.id, '') = ifnull(call_party.id, '') AND named.name IS NOT NULL LIMIT 1))
            FROM call_agent JOIN call_party ON call_party.row = party WHERE task = ?
            """
        return try Row.fetchAll(db.cachedStatement(sql: select), arguments: [task]).compactMap { row in
            CallFacts.Party(id: StoredIdentifier.text(try row[0]), name: try row[1])
        }
    }

    private static func add(_ party: Int64, to task: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO call_agent (task, party) VALUES (?, ?)")
            .execute(arguments: [task, party])
    }
}

extension CallFacts.Party {
    /// - Returns: `nil` if the agent is not known, and there are already too many; the limit is that of profiles.
    fileprivate func knownOrNewRow(in db: Database) throws -> Int64? {
        if name == nil, let id {
            let select = "SELECT row FROM call_party WHERE ifnull(id, '') = ? ORDER BY name IS NULL, row LIMIT 1"
            let statement = try db.cachedStatement(sql: select)
            if let row = try Int64.fetchOne(statement, arguments: [StoredIdentifier.value(id)]) { return row }
        }
        let count = try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(row) FROM call_party")) ?? 0
        return try count < CallProfile.limit ? row(in: db) : knownRow(in: db)
    }
}
