import Reports
import Archiver
import Manifest
import Payloads
import Recordings

/// The progress of a backfill, and its end.
enum BackfillReport {
    static func write(_ step: Backfill.Step, to output: Output) throws {
        try output.json(BackfillStepLine(step))
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
        try output.json(BackfillSummaryLine(result, range))
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
            Diagnostics.error("\(result.organization): \(failure)")
        } else {
            output.text(result.isComplete ? "  complete" : "  not complete")
        }
        for alarm in alarms { output.text(alarm.line) }
    }

}
