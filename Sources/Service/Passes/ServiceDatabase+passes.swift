import Archiver
import Foundation
import GRDB
import Recordings

/// Stores the requested passes that have not ended, so that a restart loses none.
extension ServiceDatabase {
    /// The table of migration 10.
    static let passSchema = """
        CREATE TABLE requested_pass (
            row INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            organizations TEXT NOT NULL,
            day TEXT,
            from_time INTEGER,
            to_time INTEGER,
            retries_failed INTEGER NOT NULL CHECK (retries_failed IN (0, 1)),
            requested_time INTEGER NOT NULL,
            requested_by TEXT NOT NULL,
            requested_via TEXT NOT NULL,
            address TEXT,
            claims TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            CHECK (day IS NULL OR from_time IS NULL AND to_time IS NULL)
        ) STRICT;
        """

    /// How many times a pass may begin if the process dies each time: the pass may be the cause.
    static let mostAttempts = 3

    /// What the process before left unfinished, in the order of the requests.
    struct UnfinishedPasses: Sendable {
        /// Those that begin again.
        var again: [RequestedPass] = []
        /// Those that have begun too often. They stay in the database until they are forgotten.
        var givenUp: [RequestedPass] = []
    }

    /// Stores a requested pass durably, until ``forget(pass:)`` removes it.
    func keep(_ pass: RequestedPass) async throws {
        let (day, from, to): (ArchiveDay?, Timestamp?, Timestamp?) =
            switch pass.request {
            case .sinceLastPass: (nil, nil, nil)
            case .day(let day): (day, nil, nil)
            case .between(let from, let to): (nil, from, to)
            }
        let organizations = try Self.json(pass.organizations.map(\.description))
        let claims = try Self.json(pass.actor.claims)
        try await write { db in
            try db.execute(
                sql: """
                    INSERT INTO requested_pass (id, organizations, day, from_time, to_time, retries_failed, requested_time,
                        requested_by, requested_via, address, claims)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    pass.id, organizations, day?.description, from?.millisecondsSince1970, to?.millisecondsSince1970,
                    pass.retriesFailed, pass.requestedTime.millisecondsSince1970, pass.actor.name,
                    pass.actor.via.rawValue, pass.actor.address, claims,
                ]
            )
        }
    }

    /// Forgets a pass that has ended, or is not to begin.
    func forget(pass id: String) async throws {
        try await write { try $0.execute(sql: "DELETE FROM requested_pass WHERE id = ?", arguments: [id]) }
    }

    /// Records that a pass begins.
    func noteBegin(ofPass id: String) async throws {
        let update = "UPDATE requested_pass SET attempts = attempts + 1 WHERE id = ?"
        try await write { try $0.execute(sql: update, arguments: [id]) }
    }

    /// Records that the service stops a pass in an orderly way. Such an end does not count against the pass: its
    /// attempts are counted from zero again.
    func notePause(ofPass id: String) async throws {
        let update = "UPDATE requested_pass SET attempts = 0 WHERE id = ?"
        try await write { try $0.execute(sql: update, arguments: [id]) }
    }

    /// The passes that the process before left unfinished.
    /// - Parameter known: the configured organizations. A pass that covers none of them is forgotten: there is no log to
    ///   note it in.
    func unfinishedPasses(of known: [OrganizationName]) async throws -> UnfinishedPasses {
        try await write { db in
            var passes = UnfinishedPasses()
            for row in try Row.fetchAll(db, sql: "SELECT * FROM requested_pass ORDER BY row") {
                let attempts: Int = row["attempts"]
                guard let pass = try Self.pass(row, of: known) else {
                    try db.execute(sql: "DELETE FROM requested_pass WHERE row = ?", arguments: [row["row"] as Int64])
                    continue
                }
                if attempts < Self.mostAttempts { passes.again.append(pass) } else { passes.givenUp.append(pass) }
            }
            return passes
        }
    }

    /// - Returns: `nil` if none of its organizations is configured, or if it is not known how it was requested.
    private static func pass(_ row: Row, of known: [OrganizationName]) throws -> RequestedPass? {
        let names = try JSONDecoder().decode([String].self, from: Data((row["organizations"] as String).utf8))
        let claims = try JSONDecoder().decode([String: String].self, from: Data((row["claims"] as String).utf8))
        let organizations = names.compactMap { OrganizationName($0) }.filter(known.contains)
        guard !organizations.isEmpty, let via = Actor.Via(rawValue: row["requested_via"]) else { return nil }
        return RequestedPass(
            id: row["id"],
            organizations: organizations,
            request: request(row),
            retriesFailed: row["retries_failed"],
            actor: Actor(name: row["requested_by"], via: via, address: row["address"], claims: claims),
            requestedTime: Timestamp(millisecondsSince1970: row["requested_time"])
        )
    }

    private static func request(_ row: Row) -> PassWindow.Request {
        if let day = (row["day"] as String?).flatMap({ ArchiveDay($0) }) { return .day(day) }
        let from = (row["from_time"] as Int64?).map(Timestamp.init(millisecondsSince1970:))
        let to = (row["to_time"] as Int64?).map(Timestamp.init(millisecondsSince1970:))
        return from == nil && to == nil ? .sinceLastPass : .between(from: from, to: to)
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
}
