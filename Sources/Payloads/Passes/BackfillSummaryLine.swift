import Archiver
import Recordings

/// `{"type":"summary", …}` of a backfill, one for each organization.
package struct BackfillSummaryLine: Encodable {
    let type = "summary"
    var organization: OrganizationName
    var from: String
    var to: String
    var days: Int
    var alreadyListed: Int
    var done: Int
    var daysLeft: Int
    var incomplete: [ArchiveDay]
    var recordings: Int
    var bytes: Int64
    /// The day that was begun and is not finished.
    var begun: Begun?
    var complete: Bool
    var error: String?

    struct Begun: Encodable {
        var day: ArchiveDay
        var recordings: Int
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, from, to, days, done, incomplete, recordings, bytes, begun, complete, error
        case alreadyListed = "already_listed"
        case daysLeft = "days_left"
    }

    package init(_ result: Backfill.Result, _ range: Range<Timestamp>) {
        organization = result.organization
        from = range.lowerBound.description
        to = range.upperBound.description
        days = result.days
        alreadyListed = result.alreadyListed
        done = result.done
        daysLeft = result.remaining
        incomplete = result.incomplete
        recordings = result.recordings
        bytes = result.bytes
        begun = result.begun.map { Begun(day: $0.day, recordings: $0.recordings) }
        complete = result.isComplete
        error = result.failure.map { "\($0)" }
    }
}
