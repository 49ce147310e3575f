import Foundation
import GRDB
import Recordings

extension ServiceDatabase {
    /// The tables of migration 8.
    static let userSchema = """
        CREATE TABLE user (
            row INTEGER PRIMARY KEY,
            issuer TEXT NOT NULL,
            subject TEXT NOT NULL,
            name TEXT NOT NULL,
            groups TEXT NOT NULL,
            first_login_time INTEGER NOT NULL,
            last_login_time INTEGER NOT NULL,
            UNIQUE (issuer, subject)
        ) STRICT;
        ALTER TABLE session ADD COLUMN user INTEGER REFERENCES user (row);
        CREATE INDEX session_by_user ON session (user);
        """

    /// Notes that a person logged in, and what the identity provider said about the person.
    /// - Returns: the row of the user.
    static func noteLogin(of person: Person, at time: Timestamp, _ db: Database) throws -> Int64 {
        let groups = String(decoding: try JSONEncoder().encode(person.groups), as: UTF8.self)
        let moment = time.millisecondsSince1970
        try db.execute(
            sql: """
                INSERT INTO user (issuer, subject, name, groups, first_login_time, last_login_time)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (issuer, subject) DO UPDATE
                SET name = excluded.name, groups = excluded.groups, last_login_time = excluded.last_login_time
                """,
            arguments: [person.issuer, person.subject, person.name, groups, moment, moment]
        )
        let select = "SELECT row FROM user WHERE issuer = ? AND subject = ?"
        return try Int64.fetchOne(db, sql: select, arguments: [person.issuer, person.subject]) ?? 0
    }

    /// The person of a row, as of the last login.
    static func person(_ user: Int64, _ db: Database) throws -> Person? {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM user WHERE row = ?", arguments: [user]) else {
            return nil
        }
        let groups = try JSONDecoder().decode([String].self, from: Data((row["groups"] as String).utf8))
        return Person(
            issuer: row["issuer"],
            subject: row["subject"],
            name: row["name"],
            groups: groups,
            expiresTime: nil
        )
    }
}
