import Archiver
import Manifest
import Recordings

/// `{"type":"step", …}`: one day of a backfill.
package struct BackfillStepLine: Encodable {
    let type = "step"
    var organization: OrganizationName
    var day: ArchiveDay
    var source: ListingSource
    var tasks: Int
    var expected: Int
    var archived: Int
    var pending: Int
    var awaited: Int
    var unexplained: Int
    var bytes: Int64
    var complete: Bool
    var daysLeft: Int

    private enum CodingKeys: String, CodingKey {
        case type, organization, day, source, tasks, expected, archived, pending, awaited, unexplained, bytes
        case complete
        case daysLeft = "days_left"
    }

    package init(_ step: Backfill.Step) {
        let summary = step.result.summary
        organization = step.organization
        day = step.day
        source = step.source
        tasks = summary.tasks.listed
        expected = summary.recordings.expected
        archived = summary.recordings.archived
        pending = summary.recordings.pending
        awaited = summary.recordings.awaited
        unexplained = summary.recordings.unexplained
        bytes = step.result.days.reduce(0) { $0 + $1.bytes }
        complete = step.result.isComplete
        daysLeft = step.remaining
    }
}
