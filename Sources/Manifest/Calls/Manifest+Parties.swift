import GRDB
import Recordings

extension Manifest {
    /// All parties that calls of the manifest have in this role.
    /// - Returns: `nil` if there are too many different ones to list.
    package func parties(_ role: CallRole) async throws -> [CallFacts.Party]? {
        try await read { db in
            // A profile that is stored as text in its task's row could have any party.
            guard try Int.fetchOne(db, sql: "SELECT 1 FROM task WHERE call_profile >= '' LIMIT 1") == nil else {
                return nil
            }
            let others = role == .agent ? "OR EXISTS (SELECT 1 FROM call_agent WHERE party = call_party.row)" : ""
            let select = """
                SELECT id, name FROM call_party
                WHERE row IN (SELECT \(role.rawValue) FROM call_profile) \(others) ORDER BY name, row
                """
            return try Row.fetchAll(db, sql: select).compactMap { row in
                CallFacts.Party(id: StoredIdentifier.text(try row[0]), name: try row[1])
            }
        }
    }

    /// Whether some call may have this text, which is not a telephone number, as its origin or destination.
    package func hasNumber(_ text: String) async throws -> Bool {
        try await read { db in
            let texts = "SELECT call_number FROM task WHERE call_number >= ''"
            let lines = "SELECT text FROM word WHERE row IN (SELECT line FROM call_profile)"
            for select in [texts, lines] {
                let cursor = try String.fetchCursor(db, sql: select)
                while let known = try cursor.next() {
                    if CallFilter.matches(text, number: known) { return true }
                }
            }
            // A profile that is stored as text in its task's row could have any line.
            return try Int.fetchOne(db, sql: "SELECT 1 FROM task WHERE call_profile >= '' LIMIT 1") != nil
        }
    }
}
