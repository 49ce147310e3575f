import GRDB
import Recordings

extension Schema {
    /// The words of the codes in other tables, for the views. The table is filled from ``StoredCode``, so the two
    /// cannot disagree.
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

    /// Adds the words of this version's codes, if any of them is new.
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

    /// An expression for the word of a code; NULL if the code has none.
    static func code(_ expression: String, _ enumeration: (some StoredCode).Type) -> String {
        "(SELECT word FROM code WHERE enumeration = '\(enumeration.name)' AND code = \(expression))"
    }
}
