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
            The log of events, in the order in which it was written: passes, repairs, rebuilds, fetches, explanations, and \
            what became of calls and archives. Events are only ever added. The actor is the account that ran the command, \
            with its number; what the environment says about the person behind it, such as SUDO_USER, is shown as a claim.

            The log is in the manifest: `callark rebuild` begins a new one.

            EXAMPLES
              callark events --last 24h
              callark events --task 93912f11-6017-404b-bf14-5331890b1797
              callark events --kind gap_explained --kind explanation_withdrawn --month last
              callark events --from 2025-11-01 --to 2025-12-01 --csv > events.csv
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    @Option(
        help: "Only this organization; this leaves out what concerns all of them.",
        transform: OrganizationName.init(argument:)
    )
    var org: OrganizationName?

    @Option(help: "Only this task.", transform: TaskID.init(argument:))
    var task: TaskID?

    @Option(help: "Only events of this kind; may be given more than once.")
    var kind: [Event.Kind] = []

    @Flag(help: "Print CSV.")
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
        var writer = Table.Writer(table: Self.table(timeZone), output: output, asCSV: csv)
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

    private static func table(_ timeZone: TimeZone) -> Table<Event> {
        Table(
            type: "event",
            columns: [
                Table.Column(
                    name: "time",
                    heading: timeZone.heading("TIME"),
                    value: { .text($0.time.description) },
                    text: { $0.time.text(in: timeZone, seconds: true) }
                ),
                .cut("organization", "ORG", rank: 5, least: 4) { $0.organization?.description },
                Table.Column(
                    name: "kind",
                    heading: "EVENT",
                    least: 12,
                    value: { .text($0.kind.rawValue) },
                    text: { $0.what }
                ),
                Table.Column(
                    name: "actor",
                    heading: "ACTOR",
                    rank: 1,
                    least: 12,
                    value: { .init($0.actorName) },
                    text: { $0.by }
                ),
                .text("actor_uid") { $0.actor.map { "\($0.uid)" } },
                .text("actor_claims") { event in
                    event.actor?.claims.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                        .joined(separator: " ")
                },
                .text("task_id") { $0.task?.description },
                .text("file") { $0.file?.description },
                // For people the task comes first in the last column: beside it, half of the rows would have a hole.
                Table.Column(
                    name: "detail",
                    heading: "DETAIL",
                    rank: 3,
                    least: 40,
                    value: { .text($0.words) },
                    text: { event in
                        let object = [event.task?.description, event.file?.description].compactMap(\.self)
                        return (object + [event.words]).filter { !$0.isEmpty }.joined(separator: ", ")
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
