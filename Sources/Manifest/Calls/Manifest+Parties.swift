import GRDB
import Recordings

extension Manifest {
    /// All parties that calls of the manifest have in this role.
    /// - Returns: `nil` if there are too many different ones to list.
    package func parties(_ role: CallRole) async throws -> [CallFacts.Party]? {
        try await read { db in
            // A profile that is stored as text in its task's row could have any party.
            guard try !ProfileSearch.hasUnshared(in: db) else { return nil }
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
            guard let pattern = NumberPattern(text), case .text(let folded) = pattern else { return true }
            let select = """
                SELECT 1 FROM organization WHERE EXISTS (SELECT 1 FROM task INDEXED BY task_by_call_text
                    WHERE task.organization = organization.row AND typeof(call_number) = 'text' AND lower(call_number) = ?)
                """
            if try Int.fetchOne(db, sql: select, arguments: [folded]) != nil { return true }
            // A profile in the row of its task could have any line.
            return try !ProfileSearch.words(in: "line", in: db, pattern.matches).isEmpty
                || ProfileSearch.hasUnshared(in: db)
        }
    }
}
