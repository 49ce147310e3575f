import Reports
import Archiver
import ArgumentParser
import DailyArchive
import Files
import Foundation
import Manifest
import Payloads
import Recordings
import Settings
import Wiring

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List calls: who spoke, when, what was recorded, and whether it is held.",
        discussion: """
            Prints one row per call, oldest first, in the archive's time zone. Calls without a recording appear only \
            with --all-calls: abandoned calls, and calls for which no recording was requested. Only calls that a pass \
            has listed are known: if a part of the time range was not listed, a line below the table says so \
            (days_not_listed with --json).

            The state of a call is
              complete   everything known of it is held
              pending    something may still come
              missing    something is known not to be held (`callark gaps` has the reasons)
              explained  an operator has explained what is missing
              damaged    something was held, and its bytes are changed or gone
              abandoned, nothing to record
                         nothing was to be recorded (none with --json and --csv, where outcome says abandoned)

            AGENT names every agent of a call, the last one first. A DURATION with < is an upper bound: only the \
            provider's Search has the exact one. If you give several options, all of them must match. Names match \
            whatever their capitals and accents: Garcia finds García. Nobody took an abandoned call: to find it, leave out --agent.

            --number, --origin and --destination take a number or a part of one: at least 4 digits in a row, however \
            they are grouped. +1 (555) 010-0001 and 0100 both find +15550100001. A 0 for dialling is ignored in front of a \
            whole number (030 1234567). What is not a telephone number has to be given in full: an address, anonymous.

            --recordings prints one row per recording and gap. --json prints these too, with all fields; with \
            --calls it prints one line per call instead, with and without recordings. With --task, an attached \
            legacy session is the last row. In --csv a field that a spreadsheet would take for a formula, such as a \
            number in +1…, has an apostrophe in front; --json has it as it is.

            To get the recordings of a call, with their checksums: `callark fetch TASK_ID -o calls`

            EXAMPLES
              # with a number last week, abandoned calls included
              callark list --number 5550100001 --last 7d --all-calls
              # those that one agent took
              callark list --agent "Ada Abbott" --last 7d
              # one call: each recording and gap
              callark list --task TASK_ID --recordings
              # for a spreadsheet
              callark list --month last --csv > calls.csv
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    @Option(help: "Only this organization.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    @Option(help: "Only this task; may be given more than once.", transform: TaskID.init(argument:))
    var task: [TaskID] = []

    @Option(
        help: """
            Only this state: pending, stored, archived, failed, damaged; suspect; missing, explained; or gap (all that \
            `callark gaps` lists, explained or not).
            """
    )
    var state: ListedState?

    @Flag(help: "Print one row per recording and gap.")
    var recordings = false

    @Flag(help: "Print one row per call (the default, except with --json).")
    var calls = false

    @Flag(help: "Also calls without a recording, such as abandoned ones.")
    var allCalls = false

    @Option(
        parsing: .unconditional,
        help: "Stop after this many rows.",
        transform: WholeNumber.within(1...Int.max)
    )
    var limit: Int?

    @Flag(help: "Print CSV (RFC 4180); the first line names the columns.")
    var csv = false

    @OptionGroup(title: "CALLS") var call: CallOptions

    func validate() throws {
        if csv && common.json { throw ValidationError("--csv and --json exclude each other: give only one of them") }
        if recordings && calls { throw ValidationError("--recordings and --calls exclude each other") }
        if recordings && allCalls && !common.json {
            throw ValidationError("--all-calls adds calls without a recording, which have no row in --recordings")
        }
    }

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        if let org { _ = try installation.organizations(named: [org]) }
        let window = try window.window(in: installation)
        let listsCalls = calls || !(recordings || common.json)
        let output = Output(json: common.json)
        defer { output.flush() }
        var writer = ListWriter(
            listsCalls ? .calls : .recordings,
            showsAll: allCalls || !task.isEmpty || listsCalls && common.json,
            asCSV: csv,
            limit: limit,
            output: output,
            root: installation.root,
            timeZone: installation.settings.archive.timeZone
        )
        var found: [(task: TaskID, organization: OrganizationName, day: ArchiveDay)] = []
        var unnamed: [UnnamedLoss] = []
        let manifest = try await installation.manifestForReading()
        if let manifest {
            try await call.requireKnownNames(in: manifest)
            let names = try await manifest.organizations().map(\.name).filter { org == nil || org == $0 }
            if task.isEmpty {
                try await installation.noteView("list", of: names.map { (nil, $0) })
                for name in names {
                    let standpoint = try await installation.standpoint(of: name, manifest, days: window.days)
                    unnamed += try await manifest.unnamedLosses(name, days: window.days, altered: standpoint.altered)
                    let rows = manifest.calls(filter(window, of: name), at: standpoint)
                    guard try await write(rows, to: &writer) else { break }
                }
            } else {
                let known = try await known(names, in: manifest)
                try await installation.noteView("list", of: known.map { ($0.id, $0.organization) })
                found = try await write(known, window, manifest, installation, to: &writer)
            }
        }
        try writer.endRows()
        let notListed = try await notListed(in: window, manifest, installation)
        try await writeEnd(of: found, notListed, unnamed, in: window, installation, writer)
    }

    /// The unlisted days of the requested time. A named task is known or not, whatever its time.
    private func notListed(
        in window: TimeWindow,
        _ manifest: Manifest?,
        _ installation: Installation
    ) async throws -> UnlistedDays {
        let names = try installation.organizations(named: org.map { [$0] } ?? [])
        return try await installation.unlisted(in: window, task.isEmpty ? names : [], manifest)
    }

    /// The tasks that were asked for and exist.
    private func known(_ names: [OrganizationName], in manifest: Manifest) async throws -> [TaskRow] {
        var known: [TaskRow] = []
        for task in task { known += try await manifest.tasks(task).filter { names.contains($0.organization) } }
        return known
    }

    private func write(
        _ tasks: [TaskRow],
        _ window: TimeWindow,
        _ manifest: Manifest,
        _ installation: Installation,
        to writer: inout ListWriter
    ) async throws -> [(task: TaskID, organization: OrganizationName, day: ArchiveDay)] {
        for task in tasks {
            // Looks at the archives of one day, not at those of all years.
            let standpoint = try await installation.standpoint(
                of: task.organization,
                manifest,
                days: task.day...task.day
            )
            let rows = manifest.calls(filter(window, of: task.organization, task: task.id), at: standpoint)
            guard try await write(rows, to: &writer) else { break }
        }
        return tasks.map { ($0.id, $0.organization, $0.day) }
    }

    /// - Returns: whether there is room for more.
    private func write(_ calls: RowSequence<CallRow>, to writer: inout ListWriter) async throws -> Bool {
        for try await call in calls {
            guard try writer.write(call), StandardOutput.isOpen else { return false }
        }
        return true
    }

    /// Writes the legacy sessions and the summary. Errors come after everything that is known.
    private func writeEnd(
        of found: [(task: TaskID, organization: OrganizationName, day: ArchiveDay)],
        _ notListed: UnlistedDays,
        _ unnamed: [UnnamedLoss],
        in window: TimeWindow,
        _ installation: Installation,
        _ writer: ListWriter
    ) async throws {
        var writer = writer
        let output = writer.output
        var failure: (any Error)?
        if !csv {
            do {
                for place in try await Retrieval.legacySessions(of: found, in: installation.root) {
                    try write(place, to: output)
                }
            } catch { failure = error }
        }
        try writer.writeSummary(notListed: notListed, unnamed: unnamed)
        if let future = window.future, !csv { output.text(future) }
        if writer.counts.calls == 0, let hint = call.numberHint, !csv { output.text(hint) }
        if allCalls, call.agent != nil, !csv {
            output.text("calls that no agent took are not among them: leave out --agent to see them")
        }
        output.flush()
        let known = Set(found.map(\.task))
        let unknown = task.filter { !known.contains($0) }
        for task in unknown {
            Diagnostics.error(CommandError.unknown([task]))
        }
        if let failure { Diagnostics.error("\(failure)") }
        let statuses = (failure.map { [ExitStatus($0)] } ?? []) + (unknown.isEmpty ? [] : [.unknown])
        if !statuses.isEmpty { throw ExitCode(ExitStatus.worst(statuses).rawValue) }
    }

    private func write(_ place: LegacySessionFile.Place, to output: Output) throws {
        let session = place.session
        try output.json(LegacySessionLine(place))
        output.text("legacy session of \(session.taskID): \(place.path), line \(place.line)")
    }

    private func filter(_ window: TimeWindow, of organization: OrganizationName, task: TaskID? = nil) -> ListFilter {
        ListFilter(
            organization: organization,
            task: task,
            day: window.day,
            window: window.range,
            state: state?.filter,
            call: call.filter
        )
    }
}

/// The values of `--state`: a state of recordings, `suspect`, or a kind of gap.
enum ListedState: String, ExpressibleByArgument, CaseIterable {
    case pending, stored, archived, failed, damaged, suspect, missing, explained, gap

    var filter: ListFilter.State {
        switch self {
        case .pending: .recording(.pending)
        case .stored: .recording(.stored)
        case .archived: .recording(.archived)
        case .failed: .recording(.failed)
        case .damaged: .recording(.damaged)
        case .suspect: .suspect
        case .missing: .missing
        case .explained: .explained
        case .gap: .gap
        }
    }
}
