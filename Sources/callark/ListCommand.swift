import Archiver
import ArgumentParser
import DailyArchive
import Manifest
import Recordings
import Settings

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what the manifest holds, a row a recording or gap.",
        discussion: """
            A row of type "recording" is a recording; its state is pending, stored, archived, failed or damaged (it was held, \
            and its bytes are known to be changed or gone). A row of type \
            "gap" is a task that should have a recording and has none, with the reason.

            The options from --agent to --min-duration look for calls by what the provider says of them; all that are \
            given have to hold. Agents, queues, sites and teams go by name or identifier, in any capitalisation; numbers \
            by their digits, however they are grouped. --json has all of it in each row.

            With --task a row of type "legacy_session" says where the task's legacy session is, where one is attached.

            EXAMPLES
              callark list --day 2025-11-20
              callark list --task 93912f11-6017-404b-bf14-5331890b1797 --json
              callark list --agent "Ada Abbott" --min-duration 10m --json
              callark list --origin "+1 (555) 010-0001" --from 2025-01-01
              callark list --state failed --json | jq -r 'select(.type=="recording").reason' | sort | uniq -c
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    @Option(help: "Only this organization.")
    var org: OrganizationName?

    @Option(help: "Only this task.")
    var task: TaskID?

    @Option(help: "Only recordings in this state: pending, stored, archived, failed or damaged; or suspect; or gap.")
    var state: ListedState?

    @OptionGroup(title: "CALLS") var calls: CallOptions

    func run() async throws {
        let workplace = try Workplace(common, needsSecrets: false)
        if let org { _ = try workplace.organizations(named: [org]) }
        let output = Output(json: common.json)
        defer { output.flush() }
        var counts = Counts()
        var listed: [(task: TaskID, organization: OrganizationName, day: ArchiveDay)] = []
        // A wrong filter is wrong before there is anything to list, too.
        var filter = try filter(in: workplace)
        if let manifest = try await workplace.manifestForReading() {
            for organization in try await manifest.organizations().map(\.name) where org == nil || org == organization {
                filter.organization = organization
                let standpoint = try await workplace.standpoint(
                    of: organization,
                    manifest,
                    days: try await days(of: organization, manifest, workplace)
                )
                for try await row in manifest.entries(filter, at: standpoint) {
                    counts.add(row)
                    try await write(row, manifest, root: workplace.root, to: output)
                    if task != nil { listed.append(row.taskAndDay) }
                }
            }
        }
        // What is wrong with it is said after all that is known is.
        var failure: (any Error)?
        var sessions: [LegacySessionFile.Place] = []
        do { sessions = try await Retrieval.legacySessions(of: listed, in: workplace.root) } catch { failure = error }
        for session in sessions { try write(session, to: output) }
        try output.json(counts)
        output.text("\(Readable.count(counts.recordings, "recording")), \(Readable.count(counts.gaps, "gap"))")
        output.flush()
        if let failure {
            Complaint.error("\(failure)")
            throw ExitCode(ExitStatus(failure).rawValue)
        }
    }

    /// Whose archives can come up: a look at each of them costs little, and at each of many years' too much for one call.
    private func days(
        of organization: OrganizationName,
        _ manifest: Manifest,
        _ workplace: Workplace
    ) async throws -> ClosedRange<ArchiveDay>? {
        guard let task else { return try window.window(in: workplace).days }
        return try await manifest.tasks(task, organization: organization).first.map { $0.day...$0.day }
    }

    private func write(_ place: LegacySessionFile.Place, to output: Output) throws {
        let session = place.session
        try output.json(LegacySessionLine(place))
        output.text(
            [
                session.day.description, session.organization.description, session.taskID.description,
                "legacy".padded(to: 8), "session".padded(to: 7), "\(place.path), line \(place.line)",
            ].joined(separator: "  ")
        )
    }

    private func write(_ row: ListRow, _ manifest: Manifest, root: ArchiveRoot, to output: Output) async throws {
        switch row {
        case .recording(let recording):
            try output.json(RecordingLine(recording, root: root))
            output.text(text(of: recording))
        case .gap(let gap):
            let call = try await manifest.calls(of: [gap.taskID], organization: gap.organization)[gap.taskID]
            try output.json(GapLine(gap, call: call))
            output.text(text(of: gap, call))
        }
    }

    private func filter(in workplace: Workplace) throws -> ListFilter {
        let window = try window.window(in: workplace)
        return ListFilter(
            organization: org,
            task: task,
            day: window.day,
            window: window.range,
            state: state?.filter,
            call: calls.filter
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

    private func text(of row: Gap, _ call: KnownCall?) -> String {
        [
            row.day.description, row.organization.description, row.taskID.description,
            "gap".padded(to: 8), row.reason.rawValue, VisibleText.escaped(call?.text ?? ""),
        ].joined(separator: "  ").trimmingTrailingBlanks
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

extension ListRow {
    fileprivate var taskAndDay: (task: TaskID, organization: OrganizationName, day: ArchiveDay) {
        switch self {
        case .recording(let row): (row.key.taskID, row.organization, row.day)
        case .gap(let gap): (gap.taskID, gap.organization, gap.day)
        }
    }
}

/// What `--state` takes: a state of recordings, those that are held and do not convince, or the gaps.
enum ListedState: String, ExpressibleByArgument, CaseIterable {
    case pending, stored, archived, failed, damaged, suspect, gap

    var filter: ListFilter.State {
        switch self {
        case .pending: .recording(.pending)
        case .stored: .recording(.stored)
        case .archived: .recording(.archived)
        case .failed: .recording(.failed)
        case .damaged: .recording(.damaged)
        case .suspect: .suspect
        case .gap: .gap
        }
    }
}
