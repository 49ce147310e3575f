import Archiver
import Manifest
import Recordings

/// The end of a pass: the summary object of the interface, and the same for people.
struct PassReport {
    private let result: Pass.Result

    init(_ result: Pass.Result) {
        self.result = result
    }

    func write(to output: Output) throws {
        try output.json(Summary(result))
        let summary = result.summary
        output.text(
            """
            \(result.organization): \(Readable.count(summary.tasks.listed, "task")) listed from \
            \(result.window.range.lowerBound) to \(result.window.range.upperBound)
              \(summary.tasks.captureRequested) with a recording requested, \(summary.tasks.notRequested) without, \
            \(summary.tasks.undetermined) not yet determined
              \(Readable.count(summary.recordings.known, "recording")) known: \
            \(summary.recordings.archived) archived, \(summary.recordings.stored) stored until their day is over, \
            \(summary.recordings.pending) pending, \(summary.recordings.failed) failed
            """
        )
        for archive in result.archives {
            output.text(
                "  sealed \(archive.path): \(Readable.count(archive.recordings, "recording")), "
                    + Readable.bytes(archive.bytes)
            )
        }
        if summary.recordings.gaps > 0 {
            output.text("  \(Readable.count(summary.recordings.gaps, "gap")): see callark list")
        }
        if let finding = result.secondSource, let line = Self.line(finding) { output.text("  \(line)") }
        if let failure = result.failure {
            Complaint.error("\(result.organization): \(failure)")
        } else {
            output.text(result.isComplete ? "  complete" : "  not complete: run again later")
        }
    }

    /// What agents' activities say of the listing; nothing where they agree with it.
    private static func line(_ finding: SecondSourceFinding) -> String? {
        if let absence = finding.absence { return "not held against agents' activities: \(absence)" }
        guard finding.tasksNotListed > 0 else { return nil }
        let tasks = Readable.count(finding.tasksNotListed, "task")
        return "\(tasks) named by agents' activities and left out of the listing: taken up"
    }

    /// `{"type":"summary", …}` of the interface.
    private struct Summary: Encodable {
        let type = "summary"
        var organization: String
        var from: String
        var to: String
        var tasks: Tasks
        var recordings: Recordings
        var archives: [Archive]
        var complete: Bool
        var secondSource: SecondSource?
        var error: String?

        enum CodingKeys: String, CodingKey {
            case type, organization, from, to, tasks, recordings, archives, complete, error
            case secondSource = "second_source"
        }

        /// Agents' activities, held against the listing of tasks.
        struct SecondSource: Encodable {
            var activities: Int
            var tasksNotListed: Int
            var absence: String?

            enum CodingKeys: String, CodingKey {
                case activities, absence
                case tasksNotListed = "tasks_not_listed"
            }
        }

        struct Tasks: Encodable {
            var listed: Int
            var captureRequested: Int
            var notRequested: Int
            var undetermined: Int

            enum CodingKeys: String, CodingKey {
                case listed, undetermined
                case captureRequested = "capture_requested"
                case notRequested = "not_requested"
            }
        }

        struct Recordings: Encodable {
            var known: Int
            var archived: Int
            var stored: Int
            var pending: Int
            var failed: Int
            var gaps: Int
        }

        struct Archive: Encodable {
            var path: String
            var day: ArchiveDay
            var sequence: Int
            var recordings: Int
            var bytes: Int64
            var sha256: ContentDigest
        }

        init(_ result: Pass.Result) {
            let summary = result.summary
            organization = result.organization.description
            from = result.window.range.lowerBound.description
            to = result.window.range.upperBound.description
            tasks = Tasks(
                listed: summary.tasks.listed,
                captureRequested: summary.tasks.captureRequested,
                notRequested: summary.tasks.notRequested,
                undetermined: summary.tasks.undetermined
            )
            recordings = Recordings(
                known: summary.recordings.known,
                archived: summary.recordings.archived,
                stored: summary.recordings.stored,
                pending: summary.recordings.pending,
                failed: summary.recordings.failed,
                gaps: summary.recordings.gaps
            )
            archives = result.archives.map {
                Archive(
                    path: $0.path,
                    day: $0.name.day,
                    sequence: $0.name.sequence,
                    recordings: $0.recordings,
                    bytes: $0.bytes,
                    sha256: $0.digest
                )
            }
            complete = result.isComplete
            secondSource = result.secondSource.map {
                SecondSource(activities: $0.activities, tasksNotListed: $0.tasksNotListed, absence: $0.absence)
            }
            error = result.failure.map { "\($0)" }
        }
    }
}
