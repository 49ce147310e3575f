import GRDB
import Recordings

/// One pass.
package struct PassRow: Hashable, Sendable {
    package var id: PassID
    package var organization: OrganizationName
    package var window: Range<Timestamp>
    package var startedTime: Timestamp
    /// `nil` while it runs.
    package var endedTime: Timestamp?
    /// `nil` while it runs.
    package var outcome: PassOutcome?
    /// Its counts, if it came that far.
    package var summary: PassSummary?
    /// Why it was not complete, for people; `nil` if it was, or if the reason was not stored.
    package var reason: String?
    /// What has to be fixed before another pass can continue, if it could not.
    package var failure: PassFailure.Kind?
}

extension PassRow {
    static let columns = """
        pass.row, name, window_from, window_to, started_time, ended_time, outcome, counts, reason, failure
        """

    init(_ row: Row) throws {
        let counts: String? = try row[7]
        let (from, to): (Timestamp, Timestamp) = (try row[2], try row[3])
        guard from <= to else { throw ManifestError.unreadable("window of a pass", to.stored.databaseValue) }
        self.init(
            id: PassID(row: try row[0]),
            organization: try OrganizationName(stored: row[1]),
            window: from..<to,
            startedTime: try row[4],
            endedTime: try row[5],
            outcome: try (row[6] as Int?).map(PassOutcome.init(stored:)),
            summary: try counts.map { try JSONColumn.value(PassSummary.self, $0) },
            reason: try row[8],
            failure: try (row[9] as String?).flatMap(PassFailure.Kind.init(rawValue:))
        )
    }
}
