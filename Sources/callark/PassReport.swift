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
        if result.pacing.lowest < result.pacing.configured {
            output.text(
                "  a media host was busy: down to \(Readable.count(result.pacing.lowest, "download")) at once of "
                    + "\(result.pacing.configured), \(result.pacing.last) in the end"
            )
        }
        if let failure = result.failure {
            Complaint.error("\(result.organization): \(failure)")
        } else {
            output.text(result.isComplete ? "  complete" : "  not complete: run again later")
        }
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
        var downloads: Downloads
        var complete: Bool
        var error: String?

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

        /// How many at once.
        struct Downloads: Encodable {
            var configured: Int
            var lowest: Int
            var last: Int
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
            downloads = Downloads(
                configured: result.pacing.configured,
                lowest: result.pacing.lowest,
                last: result.pacing.last
            )
            complete = result.isComplete
            error = result.failure.map { "\($0)" }
        }
    }
}
