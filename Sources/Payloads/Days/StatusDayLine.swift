import Archiver
import Manifest
import Recordings

/// `{"type":"day", …}`: a day and its counts.
package struct StatusDayLine: Encodable {
    let type = "day"
    var organization: String
    var day: ArchiveDay
    var expected: Int
    var archived: Int
    var stored: Int
    var pending: Int
    var failed: Int
    var damaged: Int
    var gaps: Int
    /// The part of `gaps` that the provider may still fill, which the text output calls pending.
    var awaited: Int
    var missing: Int
    var explained: Int
    var unexplained: Int
    var suspect: Int
    var closed: Bool
    /// `closed`, `open`, or `damaged`.
    var state: String
    /// Other sources of the provider's whose counts of the day differ; a line of type `witness` has each.
    var differing: [DayComparison.Source]

    package init(organization: OrganizationName, _ status: DayStatus, differing: [DayComparison.Source]) {
        self.differing = differing
        self.organization = organization.description
        day = status.day
        expected = status.expected
        archived = status.archived
        stored = status.stored
        pending = status.pending
        failed = status.failed
        damaged = status.damaged
        gaps = status.gaps
        awaited = status.awaited
        missing = ReportFigures(status).missing
        explained = status.explained
        unexplained = status.unexplained
        suspect = status.suspect
        closed = status.isClosed
        state = status.isDamaged ? "damaged" : status.isClosed ? "closed" : "open"
    }
}
