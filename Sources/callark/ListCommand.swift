import Archiver
import ArgumentParser
import Manifest
import Recordings
import Settings

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what the manifest holds, a row a recording or gap.",
        discussion: """
            A row of type "recording" is a recording; its state is pending, stored, archived or failed. A row of type \
            "gap" is a task that should have a recording and has none, with the reason.

            EXAMPLES
              callark list --day 2025-11-20
              callark list --task 93912f11-6017-404b-bf14-5331890b1797 --json
              callark list --state failed --json | jq -r .reason | sort | uniq -c
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    @Option(help: "Only this organization.")
    var org: OrganizationName?

    @Option(help: "Only this task.")
    var task: TaskID?

    @Option(help: "Only recordings in this state: pending, stored, archived or failed; or gap.")
    var state: ListedState?

    func run() async throws {
        let workplace = try Workplace(common)
        if let org { _ = try workplace.organizations(named: [org]) }
        let output = Output(json: common.json)
        defer { output.flush() }
        var counts = Counts()
        // A wrong filter is wrong before there is anything to list, too.
        let filter = try filter(in: workplace)
        if let manifest = try workplace.manifestForReading() {
            for try await row in manifest.entries(filter, at: workplace.standpoint) {
                counts.add(row)
                switch row {
                case .recording(let recording):
                    try output.json(RecordingLine(recording, root: workplace.root))
                    output.text(text(of: recording))
                case .gap(let gap):
                    try output.json(GapLine(gap))
                    output.text(text(of: gap))
                }
            }
        }
        try output.json(counts)
        output.text("\(Readable.count(counts.recordings, "recording")), \(Readable.count(counts.gaps, "gap"))")
    }

    private func filter(in workplace: Workplace) throws -> ListFilter {
        let timeZone = workplace.settings.archive.timeZone
        let from = try window.from?.timestamp(in: timeZone)
        let to = try window.to?.timestamp(in: timeZone)
        if let from, let to, from >= to {
            throw CommandError(.usage, "the window begins at \(from), which is not before its end, \(to)")
        }
        let isWindowed = from != nil || to != nil
        return ListFilter(
            organization: org,
            task: task,
            day: window.day,
            window: isWindowed ? (from ?? .distantPast)..<(to ?? .distantFuture) : nil,
            state: state?.filter
        )
    }

    private func text(of row: RecordingRow) -> String {
        [
            row.day.description, row.organization.description, row.key.taskID.description,
            row.state.rawValue.padded(to: 8), row.key.callType.padded(to: 7),
            (row.held.map { Readable.bytes($0.byteCount) } ?? "").padded(to: 8),
            row.held?.archive.description ?? "", row.reason ?? row.held?.suspicion ?? "",
        ].joined(separator: "  ").trimmingTrailingBlanks
    }

    private func text(of row: GapRow) -> String {
        [
            row.day.description, row.organization.description, row.taskID.description,
            "gap".padded(to: 8), row.reason.rawValue,
        ].joined(separator: "  ")
    }

    private struct Counts: Encodable {
        let type = "summary"
        var recordings = 0
        var gaps = 0
        var bytes: Int64 = 0

        mutating func add(_ row: ListRow) {
            switch row {
            case .recording(let recording):
                recordings += 1
                bytes += recording.held?.byteCount ?? 0
            case .gap: gaps += 1
            }
        }
    }
}

/// What `--state` takes: a state of recordings, or the gaps.
enum ListedState: String, ExpressibleByArgument, CaseIterable {
    case pending, stored, archived, failed, gap

    var filter: ListFilter.State {
        switch self {
        case .pending: .recording(.pending)
        case .stored: .recording(.stored)
        case .archived: .recording(.archived)
        case .failed: .recording(.failed)
        case .gap: .gap
        }
    }
}

extension Timestamp {
    /// Before any call.
    fileprivate static let distantPast = Timestamp(millisecondsSince1970: 0)
    /// After any call: the end of the year 9999.
    fileprivate static let distantFuture = Timestamp(millisecondsSince1970: 253_402_300_800_000)
}

extension String {
    fileprivate var trimmingTrailingBlanks: String {
        var trimmed = self[...]
        while trimmed.last == " " { trimmed = trimmed.dropLast() }
        return String(trimmed)
    }
}
