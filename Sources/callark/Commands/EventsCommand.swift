import ArgumentParser
import Foundation
import Manifest
import Recordings
import Settings

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "List what happened: who did what, when, and to which call.",
        discussion: """
            Prints the log of events, oldest first: passes, repairs, rebuilds, fetches, explanations, and what \
            became of calls and archives. Events are only ever added. BY is the account that ran the command, with \
            its number. What the environment says about the person behind it, such as SUDO_USER, is shown as a \
            claim. --json has every detail as it was recorded.

            The log is in the manifest: `callark rebuild` begins a new one.

            EXAMPLES
              # what ran last night?
              callark events --last 24h
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

    @Flag(help: "Print CSV (RFC 4180).")
    var csv = false

    func validate() throws {
        if csv && common.json { throw ValidationError("--csv and --json exclude each other") }
    }

    func run() async throws {
        let workplace = try Workplace(common, needsSecrets: false)
        if let org { _ = try workplace.organizations(named: [org]) }
        let output = Output(json: common.json)
        defer { output.flush() }
        let instants = try window.window(in: workplace).instants
        let timeZone = workplace.timeZone
        let namesOrganizations = workplace.settings.organizations.count > 1
        let table = Self.table(timeZone, namesOrganizations: namesOrganizations)
        var writer = Table.Writer(table: table, output: output, asCSV: csv)
        var count = 0
        if let manifest = try await workplace.manifestForReading() {
            try await requireKnown(manifest)
            let events = manifest.events(
                organization: org,
                task: task,
                since: instants?.lowerBound,
                until: instants?.upperBound
            )
            // The widths of a table's columns come from as many rows as this.
            var batch: [Event] = []
            for try await event in events where kind.isEmpty || kind.contains(event.kind) {
                count += 1
                batch.append(event)
                guard batch.count == 200 else { continue }
                try writer.write(batch)
                batch = []
            }
            try writer.write(batch)
        } else if let task {
            throw CommandError.unknown([task])
        }
        writer.end()
        guard !csv else { return }
        try output.json(Summary(events: count))
        output.text("\(Readable.count(count, "event")); times in \(timeZone.name)")
    }

    private func requireKnown(_ manifest: Manifest) async throws {
        guard let task, try await manifest.tasks(task, organization: org).isEmpty else { return }
        throw CommandError.unknown([task])
    }

    /// - Parameter namesOrganizations: whether people need to be told whose event it is.
    private static func table(_ timeZone: TimeZone, namesOrganizations: Bool) -> Table<Event> {
        Table(
            type: "event",
            columns: [
                Table.Column(
                    name: "time",
                    heading: timeZone.heading("TIME"),
                    rank: 1,
                    value: { .text($0.time.description) },
                    text: { $0.time.text(in: timeZone, seconds: true) },
                    short: { $0.time.text(in: timeZone) }
                ),
                .text("organization", namesOrganizations ? "ORG" : nil, rank: 3) { $0.organization?.description },
                .text("kind") { $0.kind.rawValue },
                Table.Column(
                    name: "actor",
                    heading: "BY",
                    rank: 2,
                    value: { .init($0.actor?.name) },
                    text: { $0.actor?.words ?? "" },
                    short: { $0.actor?.name ?? "" }
                ),
                .text("actor_via") { $0.actor?.via.rawValue },
                .text("actor_address") { $0.actor?.address },
                .text("actor_uid") { $0.actor?.uid.map { "\($0)" } },
                .text("actor_claims") { event in
                    event.actor?.claims.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                        .joined(separator: " ")
                },
                .text("task_id") { $0.task?.description },
                .text("file") { $0.file?.description },
                Table.Column(
                    name: "detail",
                    heading: "EVENT",
                    // A task's ID has room in it.
                    least: 36,
                    wraps: true,
                    value: { .text($0.words) },
                    text: { event in
                        (event.task.map { "\($0) " } ?? "") + event.sentence(in: timeZone)
                    }
                ),
            ],
            line: { EventLine($0) }
        )
    }

    private struct Summary: Encodable {
        let type = "summary"
        var events: Int
    }
}

extension Event.Kind: ExpressibleByArgument {}

extension CommandError {
    /// Something that was asked for by name, and that does not exist as far as is known: the one wording for it.
    /// - Parameter hint: what to do, or where it was looked for.
    static func unknown(_ noun: String, _ names: [String], _ hint: String) -> CommandError {
        let isOne = names.count == 1
        let shown = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and \(names.count - 10) more" : "")
        return CommandError(.unknown, "\(noun)\(isOne ? "" : "s") \(shown) \(isOne ? "is" : "are") not known; \(hint)")
    }

    /// Tasks that no pass has ever seen.
    static func unknown(_ tasks: [TaskID]) -> CommandError {
        let command = tasks.count == 1 ? "callark fetch \(tasks[0])" : "callark fetch TASK_ID"
        return unknown("task", tasks.map(\.description), "check the ID, or run `\(command)` to ask the provider")
    }
}

extension TaskID {
    /// The first ten by their IDs, and how many more there are.
    static func named(_ tasks: [TaskID]) -> String {
        let shown = tasks.prefix(10).map(\.description).joined(separator: ", ")
        return tasks.count > 10 ? "\(shown) and \(tasks.count - 10) more" : shown
    }
}
