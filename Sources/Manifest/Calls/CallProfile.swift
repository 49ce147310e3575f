import Foundation
import GRDB
import Recordings

/// The combination of a call's facts that recurs, and that calls are looked up by: a row of `call_profile`, or, if
/// there are too many different ones for rows, JSON in the row of the task.
struct CallProfile: Hashable, Codable {
    var agent: CallFacts.Party?
    var queue: CallFacts.Party?
    var site: CallFacts.Party?
    var team: CallFacts.Party?
    var direction: String?
    /// Our side's number.
    var line: String?

    /// A tenant has some thousands, because an agent works for a few queues and a line leads to one. Beyond the limit,
    /// such as if a provider gives each call a queue of its own, the profiles take space in the rows of the tasks.
    static let limit: Int64 = 100_000

    func stored(in db: Database, limit: Int64 = Self.limit) throws -> DatabaseValue {
        guard self != CallProfile() else { return .null }
        if let row = try known(in: db) { return row.databaseValue }
        let count = try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(row) FROM call_profile")) ?? 0
        guard count < limit else { return try json().databaseValue }
        let insert = """
            INSERT INTO call_profile (agent, queue, site, team, direction, line) VALUES (?, ?, ?, ?, ?, ?)
            """
        try db.cachedStatement(sql: insert).execute(arguments: [
            agent?.row(in: db), queue?.row(in: db), site?.row(in: db), team?.row(in: db),
            direction.map { try StringTable.row(of: $0, in: db) }, line.map { try StringTable.row(of: $0, in: db) },
        ])
        return db.lastInsertedRowID.databaseValue
    }

    init(
        agent: CallFacts.Party? = nil,
        queue: CallFacts.Party? = nil,
        site: CallFacts.Party? = nil,
        team: CallFacts.Party? = nil,
        direction: String? = nil,
        line: String? = nil
    ) {
        self.agent = agent
        self.queue = queue
        self.site = site
        self.team = team
        self.direction = direction
        self.line = line
    }

    init(stored value: DatabaseValue, in db: Database) throws {
        switch value.storage {
        case .null: self.init()
        case .string(let json): self = try JSONDecoder().decode(CallProfile.self, from: Data(json.utf8))
        case .int64(let row): try self.init(row: row, in: db)
        default: throw ManifestError.unreadable("profile of a call", value)
        }
    }

    private init(row: Int64, in db: Database) throws {
        let select = """
            SELECT agent.id, agent.name, queue.id, queue.name, site.id, site.name, team.id, team.name,
                direction.text, line.text
            FROM call_profile
            LEFT JOIN call_party AS agent ON agent.row = agent LEFT JOIN call_party AS queue ON queue.row = queue
            LEFT JOIN call_party AS site ON site.row = site LEFT JOIN call_party AS team ON team.row = team
            LEFT JOIN word AS direction ON direction.row = direction LEFT JOIN word AS line ON line.row = line
            WHERE call_profile.row = ?
            """
        guard let found = try Row.fetchOne(db.cachedStatement(sql: select), arguments: [row]) else {
            throw ManifestError.unreadable("profile of a call", row.databaseValue)
        }
        self.init(
            agent: CallFacts.Party(storedID: try found[0], name: try found[1]),
            queue: CallFacts.Party(storedID: try found[2], name: try found[3]),
            site: CallFacts.Party(storedID: try found[4], name: try found[5]),
            team: CallFacts.Party(storedID: try found[6], name: try found[7]),
            direction: try found[8],
            line: try found[9]
        )
    }

    /// Does not create parties or words. A profile with an unknown one is itself unknown, and it is not found because
    /// nothing equals NULL.
    private func known(in db: Database) throws -> Int64? {
        let parts = [agent, queue, site, team].flatMap { $0?.columns ?? [.null, .null] }
        let words = [direction, line].map { $0?.databaseValue ?? .null }
        return try Int64.fetchOne(db.cachedStatement(sql: Self.select), arguments: StatementArguments(parts + words))
    }

    private static let select = {
        let parties = ["agent", "queue", "site", "team"].map { column in
            """
            ifnull(\(column), 0) = iif(coalesce(:\(column)_id, :\(column)_name) IS NULL, 0, (SELECT row FROM call_party
                WHERE ifnull(id, '') = ifnull(:\(column)_id, '') AND ifnull(name, '') = ifnull(:\(column)_name, '')))
            """
        }
        let words = ["direction", "line"].map(StringTable.condition)
        return "SELECT row FROM call_profile WHERE \((parties + words).joined(separator: " AND "))"
    }()

    private func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension CallFacts.Party {
    /// From the columns `id` and `name` of `call_party`.
    fileprivate init?(storedID id: DatabaseValue, name: String?) {
        self.init(id: StoredIdentifier.text(id), name: name)
    }

    /// The columns `id` and `name`.
    fileprivate var columns: [DatabaseValue] {
        [id.map(StoredIdentifier.value) ?? .null, name?.databaseValue ?? .null]
    }

    func row(in db: Database) throws -> Int64 {
        if let row = try knownRow(in: db) { return row }
        try db.cachedStatement(sql: "INSERT INTO call_party (id, name) VALUES (?, ?)")
            .execute(arguments: StatementArguments(columns))
        return db.lastInsertedRowID
    }

    func knownRow(in db: Database) throws -> Int64? {
        let select =
            "SELECT row FROM call_party WHERE ifnull(id, '') = ifnull(?, '') AND ifnull(name, '') = ifnull(?, '')"
        return try Int64.fetchOne(db.cachedStatement(sql: select), arguments: StatementArguments(columns))
    }
}
