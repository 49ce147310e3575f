import GRDB

/// A moment in the log of events: a decision to close a day knew what operators had explained up to then.
package struct ClosingMark: Hashable, Sendable {
    let event: Int64
}

extension ClosingMark {
    /// Whether no operator has explained a gap of the organization, or withdrawn an explanation, since then.
    func isCurrent(_ organization: Int64, in db: Database) throws -> Bool {
        let select = "SELECT NOT EXISTS (SELECT 1 FROM event WHERE row > ? AND organization = ? AND kind IN (?, ?))"
        let kinds = [Event.Kind.gapExplained, .explanationWithdrawn].map(\.stored)
        return try Bool.fetchOne(db, sql: select, arguments: [event, organization, kinds[0], kinds[1]]) ?? false
    }
}
