import Foundation
import GRDB
import Recordings

extension ServiceDatabase {
    /// How often the use of a session is recorded at most, so that not every request writes to the database.
    private static let noteInterval = Duration.seconds(60)
    /// How long an ended session is kept, so that its token is answered with the reason.
    private static let memory = Duration.hours(7 * 24)

    /// The tables of migration 3.
    static let sessionSchema = """
        CREATE TABLE session (
            row INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            key INTEGER REFERENCES key (row),
            form_token TEXT NOT NULL,
            created_time INTEGER NOT NULL,
            expires_time INTEGER NOT NULL,
            last_used_time INTEGER NOT NULL,
            ended_time INTEGER,
            generation INTEGER NOT NULL DEFAULT 0 CHECK (generation >= 0),
            generation_time INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX session_by_key ON session (key);
        CREATE INDEX session_by_end ON session (expires_time);
        CREATE TABLE session_token (
            row INTEGER PRIMARY KEY,
            session INTEGER NOT NULL REFERENCES session (row) ON DELETE CASCADE,
            generation INTEGER NOT NULL CHECK (generation >= 0),
            selector INTEGER NOT NULL,
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            issued_time INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX session_token_by_selector ON session_token (selector);
        CREATE INDEX session_token_by_session ON session_token (session, generation);
        CREATE TRIGGER session_stays_ended BEFORE UPDATE OF ended_time ON session
        WHEN old.ended_time IS NOT NULL AND new.ended_time IS NOT old.ended_time
        BEGIN SELECT raise(ABORT, 'a session stays ended'); END;
        """

    /// A session that was found by a token.
    struct FoundSession: Sendable {
        var session: BrowserSession
        var holder: SessionHolder
        /// The number of the token.
        var generation: Int
        /// When a replacement of the token was last issued; `nil` if none was.
        var issued: Timestamp?
    }

    /// Begins a session durably.
    /// - Returns: the session's first token is `token`.
    func beginSession(of holder: SessionHolder, _ token: SessionToken, at now: Timestamp) async throws -> BrowserSession
    {
        let session = BrowserSession(
            id: UUID().uuidString.lowercased(),
            name: holder.name,
            formToken: RandomCode.make(),
            createdTime: now,
            expiresTime: now + BrowserSession.lifetime,
            lastUsedTime: now,
            endedTime: nil,
            generation: 0,
            generationTime: now
        )
        let digest = token.digest
        try await write { db in
            let time = now.millisecondsSince1970
            try db.execute(
                sql: "DELETE FROM session WHERE expires_time < ?",
                arguments: [(now - Self.memory).millisecondsSince1970]
            )
            let (key, user) = try Self.rows(of: holder, at: now, db)
            try db.execute(
                sql: """
                    UPDATE session SET ended_time = ? WHERE row IN (
                        SELECT row FROM session WHERE key IS ? AND user IS ? AND ended_time IS NULL
                        ORDER BY row DESC LIMIT -1 OFFSET ?)
                    """,
                arguments: [time, key, user, BrowserSession.maxCount - 1]
            )
            try db.execute(
                sql: """
                    INSERT INTO session (id, key, user, form_token, created_time, expires_time, last_used_time,
                        generation_time)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    session.id, key, user, session.formToken, time, session.expiresTime.millisecondsSince1970, time,
                    time,
                ]
            )
            try db.execute(
                sql:
                    "INSERT INTO session_token (session, generation, selector, digest, issued_time) VALUES (?, 0, ?, ?, ?)",
                arguments: [db.lastInsertedRowID, digest.selector, Data(digest.bytes), time]
            )
        }
        return session
    }

    /// The session that a token belongs to, valid or not; `nil` if none is known.
    func session(_ token: SessionToken) async throws -> FoundSession? {
        let digest = token.digest
        return try await read { db in
            let select = """
                SELECT session.*, session_token.generation AS token, session_token.digest,
                    (SELECT max(next.issued_time) FROM session_token next
                     WHERE next.session = session.row AND next.generation > session_token.generation) AS issued
                FROM session_token JOIN session ON session.row = session_token.session
                WHERE session_token.selector = ?
                """
            var found: Row?
            for row in try Row.fetchAll(db, sql: select, arguments: [digest.selector]) {
                let kept: Data = row["digest"]
                if KeyDigest(bytes: Array(kept)).isEqual(to: digest) { found = row }
            }
            guard let found, let holder = try Self.holder(of: found, db) else { return nil }
            return FoundSession(
                session: Self.session(found, holder.name),
                holder: holder,
                generation: found["token"],
                issued: (found["issued"] as Int64?).map(Timestamp.init(millisecondsSince1970:))
            )
        }
    }

    /// The rows of the key or the user.
    private static func rows(
        of holder: SessionHolder,
        at now: Timestamp,
        _ db: Database
    ) throws -> (key: Int64?, user: Int64?) {
        switch holder {
        case .key(let key):
            let select = "SELECT row FROM key WHERE name = ?"
            return (try Int64.fetchOne(db, sql: select, arguments: [key.name.description]), nil)
        case .person(let person): return (nil, try noteLogin(of: person, at: now, db))
        }
    }

    /// The key of a session, as it is now, or its person, as of the last login.
    private static func holder(of session: Row, _ db: Database) throws -> SessionHolder? {
        if let user: Int64 = session["user"] { return try person(user, db).map { .person($0) } }
        guard let key: Int64 = session["key"] else { return nil }
        let name = try String.fetchOne(db, sql: "SELECT name FROM key WHERE row = ?", arguments: [key])
        return try name.flatMap { try Self.key(named: $0, db) }.map { .key($0) }
    }

    private static func session(_ row: Row, _ name: String) -> BrowserSession {
        BrowserSession(
            id: row["id"],
            name: name,
            formToken: row["form_token"],
            createdTime: Timestamp(millisecondsSince1970: row["created_time"]),
            expiresTime: Timestamp(millisecondsSince1970: row["expires_time"]),
            lastUsedTime: Timestamp(millisecondsSince1970: row["last_used_time"]),
            endedTime: (row["ended_time"] as Int64?).map(Timestamp.init(millisecondsSince1970:)),
            generation: row["generation"],
            generationTime: Timestamp(millisecondsSince1970: row["generation_time"])
        )
    }

    /// Records that the browser uses a replacement token. From now on, the one before is on its way out.
    func noteReplacement(_ session: BrowserSession, _ generation: Int, at now: Timestamp) async throws {
        try await write { db in
            let update = "UPDATE session SET generation = ?, generation_time = ? WHERE id = ? AND generation < ?"
            let time = now.millisecondsSince1970
            try db.execute(sql: update, arguments: [generation, time, session.id, generation])
        }
    }

    /// Issues a replacement of the token in use, unless another request has just done so.
    /// - Returns: whether `token` was issued.
    func issue(_ token: SessionToken, _ session: BrowserSession, at now: Timestamp) async throws -> Bool {
        let digest = token.digest
        return try await write { db in
            try db.execute(
                sql: """
                    INSERT INTO session_token (session, generation, selector, digest, issued_time)
                    SELECT row, generation + 1, ?, ?, ? FROM session
                    WHERE id = ? AND generation = ? AND NOT EXISTS (
                        SELECT 1 FROM session_token WHERE session = session.row
                        AND session_token.generation > session.generation AND issued_time > ?)
                    """,
                arguments: [
                    digest.selector, Data(digest.bytes), now.millisecondsSince1970, session.id, session.generation,
                    (now - BrowserSession.overlap).millisecondsSince1970,
                ]
            )
            return db.changesCount > 0
        }
    }

    /// Records that a session was used, unless this was already recorded within the last minute.
    func noteUse(of session: BrowserSession, at now: Timestamp) async throws {
        if now >= session.lastUsedTime, now - session.lastUsedTime < Self.noteInterval { return }
        try await write { db in
            let update = "UPDATE session SET last_used_time = ? WHERE id = ?"
            try db.execute(sql: update, arguments: [now.millisecondsSince1970, session.id])
        }
    }

    /// A session and whom it belongs to.
    struct ListedSession: Sendable {
        /// Grows with each session that begins.
        var row: Int
        var session: BrowserSession
        var holder: SessionHolder
    }

    /// The sessions that have neither ended nor expired, newest first. There are at most ``BrowserSession/maxCount`` of each
    /// key and each person.
    func usableSessions(at now: Timestamp) async throws -> [ListedSession] {
        try await read { db in
            let select = "SELECT * FROM session WHERE \(Self.isUsable) ORDER BY row DESC"
            return try Row.fetchAll(db, sql: select, arguments: Self.usable(at: now)).compactMap { row in
                guard let holder = try Self.holder(of: row, db) else { return nil }
                return ListedSession(row: row["row"], session: Self.session(row, holder.name), holder: holder)
            }
        }
    }

    /// How many sessions have neither ended nor expired: those that were begun with keys, and those of people.
    func sessionCounts(at now: Timestamp) async throws -> (keys: Int, people: Int) {
        try await read { db in
            let select = "SELECT count(key), count(user) FROM session WHERE \(Self.isUsable)"
            let row = try Row.fetchOne(db, sql: select, arguments: Self.usable(at: now))
            return (row?[0] ?? 0, row?[1] ?? 0)
        }
    }

    /// For `session`: whether it has neither ended nor expired. ``usable(at:)`` has the arguments.
    static let isUsable = "ended_time IS NULL AND expires_time > ? AND last_used_time > ?"

    static func usable(at now: Timestamp) -> StatementArguments {
        [now.millisecondsSince1970, (now - BrowserSession.idle).millisecondsSince1970]
    }

    /// Ends a session durably. The next request with any of its tokens is refused.
    func end(_ session: BrowserSession, at now: Timestamp) async throws {
        try await write { db in
            let update = "UPDATE session SET ended_time = ? WHERE id = ? AND ended_time IS NULL"
            try db.execute(sql: update, arguments: [now.millisecondsSince1970, session.id])
        }
    }
}
