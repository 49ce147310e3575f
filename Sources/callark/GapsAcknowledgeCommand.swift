import ArgumentParser
import Manifest
import Recordings
import Settings

struct GapsAcknowledgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge",
        abstract: "Say that somebody knows of the suspect recordings of these tasks, or take it back.",
        discussion: """
            A suspect recording is held, and its bytes do not convince: its header promises more sound than there is, say. \
            It is looked at again until captures.horizon_days have passed. Acknowledged, it is no alarm any more, and \
            stays listed, with your name, the time and your note, here, in the log of events and in the record of its day.

            EXAMPLES
              callark gaps acknowledge 93912f11-6017-404b-bf14-5331890b1797 --note "cut off at the provider, case 4711"
              callark gaps acknowledge --withdraw 93912f11-6017-404b-bf14-5331890b1797
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Task IDs; - reads them from standard input, one a line.", valueName: "task-id"))
    var taskIDs: [String]

    @Option(help: "Why they may stay as they are, in your own words: what an auditor will read.")
    var note: String?

    @Flag(help: "Take back what was acknowledged of these tasks.")
    var withdraw = false

    @Option(help: "Only tasks of this organization.")
    var org: OrganizationName?

    func validate() throws {
        if withdraw {
            guard note == nil else { throw ValidationError("--withdraw takes no --note") }
        } else {
            guard let note, note.contains(where: { !$0.isWhitespace }) else {
                throw ValidationError("--note is missing or empty: say in your own words why")
            }
        }
    }

    func run() async throws {
        let workplace = try Workplace(common)
        if let org { _ = try workplace.organizations(named: [org]) }
        let tasks = try TaskID.requested(taskIDs)
        let manifest = try await workplace.manifestForWriting()
        let result = try await change(tasks, manifest, now: workplace.now)
        try manifest.close()
        guard result.isDone else { throw CommandError(.usage, complaint(about: result)) }
        let output = Output(json: common.json)
        defer { output.flush() }
        for suspect in result.suspects {
            try output.json(SuspectLine(suspect))
            output.text(suspect.line)
        }
        try output.json(Summary(tasks: tasks.count, recordings: result.suspects.count))
        let count = Readable.count(result.suspects.count, "suspect recording")
        output.text("\(count) \(withdraw ? "no longer acknowledged" : "acknowledged")")
    }

    private func change(_ tasks: [TaskID], _ manifest: Manifest, now: Timestamp) async throws -> AcknowledgingResult {
        guard let note else {
            return try await manifest.withdrawAcknowledgements(
                tasks,
                organization: org,
                by: Operator.current,
                now: now
            )
        }
        let actor = Operator.current
        return try await manifest.acknowledge(
            tasks,
            organization: org,
            with: Acknowledgement(note: note, author: actor.name, authorUID: actor.uid, time: now),
            claims: actor.claims
        )
    }

    private func complaint(about result: AcknowledgingResult) -> String {
        func named(_ tasks: [TaskID]) -> String {
            let shown = tasks.prefix(10).map(\.description).joined(separator: ", ")
            return VisibleText.escaped(tasks.count > 10 ? "\(shown) and \(tasks.count - 10) more" : shown)
        }
        var parts: [String] = []
        if !result.unknown.isEmpty { parts.append("the manifest does not know \(named(result.unknown))") }
        if !result.without.isEmpty {
            parts.append("\(named(result.without)) has no \(withdraw ? "acknowledged" : "suspect") recording")
        }
        return parts.joined(separator: "; ") + "; nothing was changed"
    }

    private struct Summary: Encodable {
        let type = "summary"
        var tasks: Int
        var recordings: Int
    }
}
