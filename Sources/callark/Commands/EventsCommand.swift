import Reports
import Archiver
import ArgumentParser
import Foundation
import Manifest
import Payloads
import Recordings
import Settings
import Wiring

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "List what happened: who did what, when, and to which call.",
        discussion: """
            Prints the log of events, oldest first: what people did, and what each pass came to, in one row. --all \
            adds what passes did by themselves: the archives that they opened and sealed, the days that they closed, \
            gaps that opened and were filled. So do --task, --kind, --csv and --json. A pass that began and whose \
            process died says so. Events are only ever added. BY is the account that ran the command, with \
            its number. What the environment says about the person behind it, such as SUDO_USER, is shown as a \
            claim. --json has every detail as it was recorded.

            The log is in the manifest: `callark rebuild` begins a new one.

            EXAMPLES
              # what ran last night?
              callark events --last 24h
              callark events --last 24h --all
              # who explained that gap, who fetched that call?
              callark events --task TASK_ID
              callark events --month last --kind gap.explained
              callark events --month last --csv > events.csv
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    @Option(
        help: "Only this organization; leaves out what concerns all of them.",
        transform: OrganizationName.init(argument:)
    )
    var org: OrganizationName?

    @Option(help: "Only this task.", transform: TaskID.init(argument:))
    var task: TaskID?

    @Option(help: "Only events of this kind; may be given more than once.")
    var kind: [Event.Kind] = []

    @Flag(help: "Also what passes did by themselves, each as an event of its own.")
    var all = false

    @Flag(help: "Print CSV (RFC 4180).")
    var csv = false

    func validate() throws {
        if csv && common.json { throw ValidationError("--csv and --json exclude each other") }
    }

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        if let org { _ = try installation.organizations(named: [org]) }
        let output = Output(json: common.json)
        defer { output.flush() }
        let instants = try window.window(in: installation).instants
        let timeZone = installation.timeZone
        let namesOrganizations = installation.settings.organizations.count > 1
        let table = Self.table(timeZone, namesOrganizations: namesOrganizations)
        var writer = Table.Writer(table: table, output: output, asCSV: csv)
        let isDigest = !all && task == nil && kind.isEmpty && !csv && !common.json
        var rows = EventRows(isDigest: isDigest)
        var (count, shown) = (0, 0)
        if let manifest = try await installation.manifestForReading() {
            try await requireKnown(manifest)
            let events = manifest.events(
                organization: org,
                task: task,
                since: instants?.lowerBound,
                until: instants?.upperBound
            )
            // This many rows determine the widths of the columns.
            var batch: [EventRow] = []
            func isWanted(_ row: EventRow) -> Bool { kind.isEmpty || kind.contains(row.event.kind) }
            for try await event in events {
                if isWanted(EventRow(event: event)) { count += 1 }
                batch += rows.take(event).filter(isWanted)
                guard batch.count >= 200 else { continue }
                shown += batch.count
                try writer.write(batch)
                batch = []
            }
            // The end may lie after the requested time, or be still to come.
            let isOver = (instants?.upperBound).map { $0 > installation.now } ?? true && !installation.isPassRunning()
            batch += rows.rest(isOver: isOver).filter(isWanted)
            shown += batch.count
            try writer.write(batch)
        } else if let task {
            throw CommandError.unknown([task])
        }
        writer.end()
        guard !csv else { return }
        try output.json(Summary(events: count))
        let more = isDigest && count > shown ? " of \(count.grouped), the rest with --all" : ""
        output.text("\(Readable.count(shown, "event"))\(more); times in \(timeZone.name)")
    }

    private func requireKnown(_ manifest: Manifest) async throws {
        guard let task, try await manifest.tasks(task, organization: org).isEmpty else { return }
        throw CommandError.unknown([task])
    }

    /// - Parameter namesOrganizations: whether rows have to name the organization.
    private static func table(_ timeZone: TimeZone, namesOrganizations: Bool) -> Table<EventRow> {
        Table(
            type: "event",
            columns: [
                Table.Column(
                    name: "time",
                    heading: timeZone.heading("TIME"),
                    rank: 1,
                    value: { .text($0.event.time.description) },
                    text: { $0.event.time.text(in: timeZone, seconds: true) },
                    short: { $0.event.time.text(in: timeZone) }
                ),
                .text("organization", namesOrganizations ? "ORG" : nil, rank: 3) { $0.event.organization?.description },
                .text("kind") { $0.event.kind.rawValue },
                Table.Column(
                    name: "actor",
                    heading: "BY",
                    rank: 2,
                    value: { .init($0.event.actor?.name) },
                    text: { $0.event.actor?.words ?? "" },
                    short: { $0.event.actor?.name ?? "" }
                ),
                .text("actor_via") { $0.event.actor?.via.rawValue },
                .text("actor_address") { $0.event.actor?.address },
                .text("actor_uid") { $0.event.actor?.uid.map { "\($0)" } },
                .text("actor_claims") { row in
                    row.event.actor?.claims.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                        .joined(separator: " ")
                },
                .text("task_id") { $0.event.task?.description },
                .text("file") { $0.event.file?.description },
                Table.Column(
                    name: "detail",
                    heading: "EVENT",
                    // Wide enough for a task's ID.
                    least: 36,
                    wraps: true,
                    value: { .text($0.event.words) },
                    text: { $0.sentence(in: timeZone) }
                ),
            ],
            line: { EventLine($0.event) }
        )
    }

    private struct Summary: Encodable {
        let type = "summary"
        var events: Int
    }
}

extension Event.Kind: ExpressibleByArgument {}

extension CommandError {
    /// The error for something that was named and does not exist as far as is known, always in the same wording.
    /// - Parameter hint: what to do, or where it was searched for.
    static func unknown(_ noun: String, _ names: [String], _ hint: String) -> CommandError {
        let isOne = names.count == 1
        let shown = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and \(names.count - 10) more" : "")
        return CommandError(.unknown, "\(noun)\(isOne ? "" : "s") \(shown) \(isOne ? "is" : "are") not known; \(hint)")
    }

    /// Tasks that no pass has seen.
    static func unknown(_ tasks: [TaskID]) -> CommandError {
        let command = tasks.count == 1 ? "callark fetch \(tasks[0])" : "callark fetch TASK_ID"
        return unknown("task", tasks.map(\.description), "check the ID, or run `\(command)` to ask the provider")
    }
}

extension TaskID {
    /// The IDs of the first ten, and how many more there are.
    static func named(_ tasks: [TaskID]) -> String {
        let shown = tasks.prefix(10).map(\.description).joined(separator: ", ")
        return tasks.count > 10 ? "\(shown) and \(tasks.count - 10) more" : shown
    }
}
