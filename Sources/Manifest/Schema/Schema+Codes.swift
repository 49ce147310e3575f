import GRDB
import Recordings

extension Schema {
    /// The words of the codes that other tables have, for the views. It is filled from the code (``StoredCode``), so that
    /// neither can say what the other does not.
    static let codes = """
        CREATE TABLE code (
            enumeration TEXT NOT NULL,
            code INTEGER NOT NULL,
            word TEXT NOT NULL,
            PRIMARY KEY (enumeration, code)
        ) STRICT, WITHOUT ROWID;
        """

    private static let enumerations: [any (StoredCode & Sendable).Type] = [
        Actor.Via.self, CaptureKind.self, CaptureRequest.self, DisplacedCopy.Reason.self, Event.Kind.self,
        GapReason.self,
        PassOutcome.self,
    ]

    /// Notes the words of the codes that this version knows, if any of them is new.
    static func noteCodes(in writer: some DatabaseWriter) throws {
        let rows = enumerations.flatMap { Self.rows(of: $0) }
        guard try writer.read({ try Int.fetchOne($0, sql: "SELECT count(*) FROM code") ?? 0 }) < rows.count else {
            return
        }
        try writer.write { db in
            for row in rows { try db.execute(sql: "INSERT OR IGNORE INTO code VALUES (?, ?, ?)", arguments: row) }
        }
    }

    private static func rows(of enumeration: (some StoredCode).Type) -> [StatementArguments] {
        enumeration.codes.enumerated().map { [enumeration.name, $0, $1.rawValue] }
    }

    /// The word of the code that an expression has; NULL if it has none.
    static func code(_ expression: String, _ enumeration: (some StoredCode).Type) -> String {
        "(SELECT word FROM code WHERE enumeration = '\(enumeration.name)' AND code = \(expression))"
    }
}
