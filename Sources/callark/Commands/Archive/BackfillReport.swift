import Archiver
import Manifest
import Recordings

/// A backfill as it goes on, and its end.
enum BackfillReport {
    static func write(_ step: Backfill.Step, to output: Output) throws {
        try output.json(StepLine(step))
        let (tasks, recordings) = (step.result.summary.tasks, step.result.summary.recordings)
        var parts = [
            Readable.count(tasks.listed, "task"), "\(Readable.count(recordings.archived, "recording")) archived",
        ]
        let pending = recordings.pending + recordings.awaited
        if pending > 0 { parts.append("\(pending) pending") }
        if recordings.damaged > 0 { parts.append("\(recordings.damaged) damaged") }
        if recordings.missing > 0 { parts.append("\(recordings.missing) missing") }
        if tasks.unresolved > 0 { parts.append("\(tasks.unresolved) undetermined") }
        parts.append(Readable.bytes(step.result.days.reduce(0) { $0 + $1.bytes }))
        if step.source == .search { parts.append("listed by Search") }
        output.text(
            "\(step.organization) \(step.day): \(parts.joined(separator: ", ")); "
                + "\(Readable.count(step.remaining, "day")) left"
        )
    }

    static func write(
        _ result: Backfill.Result,
        _ range: Range<Timestamp>,
        alarms: [Alarm],
        to output: Output
    ) throws {
        for alarm in alarms { try output.json(AlarmLine(alarm)) }
        try output.json(Summary(result, range))
        output.text(
            "\(result.organization): \(result.done) of \(Readable.count(result.days, "day")) done, "
                + "\(result.alreadyListed) listed before, \(result.remaining) left; "
                + "\(Readable.count(result.recordings, "recording")), \(Readable.bytes(result.bytes))"
        )
        if let begun = result.begun {
            output.text("  \(begun.day) was begun: \(Readable.count(begun.recordings, "recording")) of it held so far")
        }
        if !result.incomplete.isEmpty {
            let first = result.incomplete.prefix(5).map(\.description).joined(separator: ", ")
            let more = result.incomplete.count > 5 ? " and \(result.incomplete.count - 5) more" : ""
            output.text(
                "  not complete: \(first)\(more); `callark report --day` says what each of them needs, `callark gaps` what "
                    + "is missing"
            )
        }
        if let failure = result.failure {
            Complaint.error("\(result.organization): \(failure)")
        } else {
            output.text(result.isComplete ? "  complete" : "  not complete")
        }
        for alarm in alarms { output.text(alarm.line) }
    }

    /// `{"type":"step", …}`.
    private struct StepLine: Encodable {
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

        enum CodingKeys: String, CodingKey {
            case type, organization, day, source, tasks, expected, archived, pending, awaited, unexplained, bytes
            case complete
            case daysLeft = "days_left"
        }

        init(_ step: Backfill.Step) {
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

    /// `{"type":"summary", …}` of a backfill, one for each organization.
    private struct Summary: Encodable {
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
        /// The day that was begun and is not done.
        var begun: Begun?
        var complete: Bool
        var error: String?

        struct Begun: Encodable {
            var day: ArchiveDay
            var recordings: Int
        }

        enum CodingKeys: String, CodingKey {
            case type, organization, from, to, days, done, incomplete, recordings, bytes, begun, complete, error
            case alreadyListed = "already_listed"
            case daysLeft = "days_left"
        }

        init(_ result: Backfill.Result, _ range: Range<Timestamp>) {
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
}
