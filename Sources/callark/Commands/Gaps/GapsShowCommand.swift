import Reports
import Archiver
import ArgumentParser
import DailyArchive
import Files
import Manifest
import Payloads
import Recordings
import Settings
import Text
import Wiring

struct GapsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the history of a task: what is missing, held or suspect, and everything that happened to it.",
        discussion: """
            Also works for a task that has no gap any more. An unknown task ends with exit code 66.

            EXAMPLES
              # why is it missing, and who explained it?
              callark gaps show TASK_ID
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: "A task ID.", transform: TaskID.init(argument:))
    var task: TaskID

    @Option(help: "Only tasks of this organization.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        if let org { _ = try installation.organizations(named: [org]) }
        let output = Output(json: common.json)
        defer { output.flush() }
        guard let manifest = try await installation.manifestForReading(),
            case let rows = try await manifest.tasks(task, organization: org), !rows.isEmpty
        else { throw CommandError.unknown([task]) }
        try await installation.noteView("gaps show", of: rows.map { ($0.id, $0.organization) })
        var summary = Summary()
        for row in rows { try await show(row, manifest, installation, &summary, to: output) }
        try output.json(summary)
    }

    private func show(
        _ row: TaskRow,
        _ manifest: Manifest,
        _ installation: Installation,
        _ summary: inout Summary,
        to output: Output
    ) async throws {
        try output.json(TaskLine(row))
        let timeZone = installation.timeZone
        output.text("task \(row.id) of \(row.organization), \(row.day); times in \(timeZone.name)")
        output.text(
            "  created \(row.createdTime.text(in: timeZone)), \(row.status), recording \(row.captureRequest.text)"
                + (row.isListed ? "" : ", never listed")
        )
        let call = try await manifest.calls(of: [row.id], organization: row.organization)[row.id]
        if let whose = call?.text { output.text("  \(VisibleText.escaped(whose))") }
        let filter = GapFilter(organization: row.organization, task: row.id)
        let standpoint = try await installation.standpoint(of: row.organization, manifest, days: row.day...row.day)
        for gap in try await manifest.gaps(filter, at: standpoint) {
            summary.gaps += 1
            try output.json(GapLine(gap, call: call))
            let detail = gap.ownDetail.map { " (\(VisibleText.escaped($0)))" } ?? ""
            output.text("  gap: \(gap.reason.words)\(detail)")
            output.text("    \(VisibleText.escaped(gap.evidenceText(in: timeZone)))")
            if let explanation = gap.explanation {
                output.text("    explained: \(explanation.text(in: timeZone))")
            }
        }
        let recordings = try await manifest.recordings(
            of: row.id,
            organization: row.organization,
            altered: standpoint.altered
        )
        for recording in recordings {
            summary.recordings += 1
            try output.json(RecordingLine(recording, root: installation.root))
            let place = recording.held.map { " in \($0.archive), received \($0.receivedTime.text(in: timeZone))" } ?? ""
            output.text("  recording \(recording.file): \(recording.state.rawValue)\(place)\(Self.damage(recording))")
        }
        let suspects = try await manifest.suspects(row.organization, day: row.day)
        for suspect in suspects where suspect.suspect.taskID == row.id {
            summary.suspect += 1
            try output.json(SuspectLine(suspect))
            output.text("  suspect \(suspect.text(in: timeZone))")
        }
        for try await event in manifest.events(organization: row.organization, task: row.id) {
            summary.events += 1
            try output.json(EventLine(event))
            let by = event.actor.map { "\($0.words) " } ?? ""
            output.text("  \(event.time.text(in: timeZone, seconds: true))  \(by)\(event.sentence(in: timeZone))")
        }
    }

    private static func damage(_ recording: RecordingRow) -> String {
        guard recording.state == .damaged, let reason = recording.reason else { return "" }
        return "; \(VisibleText.escaped(reason))"
    }

    private struct Summary: Encodable {
        let type = "summary"
        var gaps = 0
        var recordings = 0
        var suspect = 0
        var events = 0
    }
}

extension CaptureRequest {
    fileprivate var text: String { rawValue.replacing("_", with: " ") }
}
