import GRDB

/// Until when a decision to close a day knew what operators say.
package struct ClosingMark: Hashable, Sendable {
    let event: Int64
}

extension ClosingMark {
    /// Whether no operator has said anything of the organization's gaps since.
    func isCurrent(_ organization: Int64, in db: Database) throws -> Bool {
        let select = "SELECT NOT EXISTS (SELECT 1 FROM event WHERE row > ? AND organization = ? AND kind IN (?, ?))"
        let kinds = [Event.Kind.gapExplained, .explanationWithdrawn].map(\.stored)
        return try Bool.fetchOne(db, sql: select, arguments: [event, organization, kinds[0], kinds[1]]) ?? false
    }
}
