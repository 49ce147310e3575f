import ArgumentParser
import Manifest
import Recordings
import Settings

struct GapsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gaps",
        abstract: "List what should exist and is not held, tell the story of one, or explain it.",
        discussion: """
            A gap is a task that should have a recording and has none, a recording that could not be fetched, or one that was \
            archived and is damaged (damaged), or lost: damaged, and the provider has it no more (lost). It keeps its day from being closed, and a pass over its day from being complete, until it fills or an operator \
            explains it.

            A recording that is held and does not convince (half a file, say) is suspect. It is no gap, and is listed with \
            them until whole bytes come; `acknowledge` says that somebody knows of it.

            EXAMPLES
              callark gaps                                       those that nobody has explained
              callark gaps show 93912f11-6017-404b-bf14-5331890b1797
              callark gaps explain 93912f11-6017-404b-bf14-5331890b1797 --reason test_call --note "line test"
            """,
        subcommands: [
            GapsListCommand.self, GapsShowCommand.self, GapsExplainCommand.self, GapsAcknowledgeCommand.self,
        ],
        defaultSubcommand: GapsListCommand.self
    )
}

struct GapsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the gaps, each with its reason and its evidence.",
        discussion: """
            Without --explained or --all: those that nobody has explained. A reason is one of \
            \(GapReason.gaps.map(\.rawValue).joined(separator: ", ")).

            Then the days among those asked about that do not fit what another source of the provider's counts (Search, \
            queue statistics): what is missing there is no gap under a name.

            EXAMPLES
              callark gaps list --day 2025-11-20
              callark gaps list --reason never_available --json
              callark gaps list --all --json | jq -r 'select(.type=="gap").task_id'
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    @Option(help: "Only this organization.")
    var org: OrganizationName?

    @Option(help: "Only gaps for this reason.")
    var reason: GapReason?

    @Flag(help: "Only those that an operator has explained.")
    var explained = false

    @Flag(help: "Explained or not.")
    var all = false

    func validate() throws {
        if explained && all { throw ValidationError("--explained is a part of --all: leave out one of them") }
    }

    func run() async throws {
        let workplace = try Workplace(common)
        let names = try workplace.organizations(named: org.map { [$0] } ?? [])
        let output = Output(json: common.json)
        defer { output.flush() }
        let window = try window.window(in: workplace)
        var counts = Counts()
        if let manifest = try await workplace.manifestForReading() {
            let known = Set(try await manifest.organizations().map(\.name))
            for name in names where known.contains(name) {
                let filter = GapFilter(
                    organization: name,
                    day: window.day,
                    window: window.range,
                    reason: reason,
                    isExplained: all ? nil : explained
                )
                let standpoint = try await workplace.standpoint(of: name, manifest, days: window.days)
                let gaps = try await manifest.gaps(filter, at: standpoint)
                let calls = try await manifest.calls(of: gaps.map(\.taskID), organization: name)
                for gap in gaps {
                    counts.add(gap)
                    try output.json(GapLine(gap, call: calls[gap.taskID]))
                    output.text(gap.line(of: calls[gap.taskID]))
                }
                let witnesses = try await disagreements(of: name, manifest, in: window)
                if reason == nil {
                    let suspects = try await manifest.suspects(name, day: window.day, window: window.range)
                    for suspect in suspects where all || (suspect.suspect.acknowledgement != nil) == explained {
                        counts.suspect += 1
                        try output.json(SuspectLine(suspect))
                        output.text("suspect \(suspect.line)")
                    }
                }
                counts.daysDiffering += Set(witnesses.map(\.day)).count
                for witness in witnesses {
                    try output.json(WitnessLine(witness))
                    if let complaint = witness.detailedComplaint { output.text(complaint) }
                }
                counts.notListed += try await workplace.unlisted(
                    in: window.instants,
                    organization: name,
                    manifest
                )
            }
        }
        try output.json(counts)
        let differing = counts.daysDiffering
        output.text(
            "\(Readable.count(counts.gaps, "gap")), \(counts.explained) of them explained"
                + (counts.suspect == 0 ? "" : "; \(Readable.count(counts.suspect, "recording")) suspect")
                + (differing == 0 ? "" : "; \(Readable.count(differing, "day")) not as other sources count")
        )
        if let oldest = counts.notListed.min() {
            output.text(
                "\(Readable.count(counts.notListed.count, "day")) not listed, the oldest \(oldest): what is missing there is "
                    + "not known; callark archive --day \(oldest)"
            )
        }
    }

    /// Of the days that are asked about, also where only a part of one is.
    private func disagreements(
        of name: OrganizationName,
        _ manifest: Manifest,
        in window: TimeWindow
    ) async throws -> [DayWitness] {
        try await manifest.disagreements(name, days: window.day.map { $0...$0 }).filter { witness in
            window.range?.overlaps(witness.day.interval(in: window.timeZone)) ?? true
        }
    }

    private struct Counts: Encodable {
        let type = "summary"
        var gaps = 0
        var explained = 0
        var unexplained = 0
        var reasons: [GapReason: Int] = [:]
        /// Recordings that are held and do not convince.
        var suspect = 0
        /// Days that do not fit what another source of the provider's counts.
        var daysDiffering = 0
        /// Of the time that was asked about, the days that are not listed, or not as far as they are in it.
        var notListed: [ArchiveDay] = []

        enum CodingKeys: String, CodingKey {
            case type, gaps, explained, unexplained, reasons, suspect
            case daysDiffering = "days_differing"
            case notListed = "not_listed"
        }

        mutating func add(_ gap: Gap) {
            gaps += 1
            explained += gap.explanation == nil ? 0 : 1
            unexplained += gap.explanation == nil ? 1 : 0
            reasons[gap.reason, default: 0] += 1
        }
    }
}

struct GapsExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why what is missing of these tasks is missing, or take it back.",
        discussion: """
            The explanation covers what is missing now; what goes missing later is another gap. What is damaged and can \
            still be fetched again is not explained: `callark verify --repair` comes first. It is kept with your \
            name and the time, in the log of events and in the record of the day. A pass may be running meanwhile. \
            Nothing is changed where one of the tasks is unknown, or has nothing missing.

            EXAMPLES
              callark gaps explain 93912f11-6017-404b-bf14-5331890b1797 --reason test_call --note "line test"
              callark gaps --json | jq -r 'select(.type=="gap").task_id' \
                | callark gaps explain - --reason provider_fault --note "case 4711"
              callark gaps explain --withdraw 93912f11-6017-404b-bf14-5331890b1797
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Task IDs; - reads them from standard input, one a line.", valueName: "task-id"))
    var taskIDs: [String]

    @Option(help: "Why.")
    var reason: ExplanationReason?

    @Option(help: "Why, in your own words: what an auditor will read.")
    var note: String?

    @Flag(help: "Take the explanations of these tasks back.")
    var withdraw = false

    @Option(help: "Only tasks of this organization.")
    var org: OrganizationName?

    func validate() throws {
        if withdraw {
            guard reason == nil, note == nil else { throw ValidationError("--withdraw takes no --reason or --note") }
        } else {
            guard reason != nil else {
                let known = ExplanationReason.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--reason is missing: one of \(known)")
            }
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
        var standpoints: [OrganizationName: Standpoint] = [:]
        for name in try await manifest.organizations().map(\.name) where org == nil || org == name {
            standpoints[name] = try await workplace.standpoint(of: name, manifest)
        }
        let result = try await change(tasks, manifest, workplace, standpoints)
        try manifest.close()
        guard result.isDone else { throw CommandError(.usage, complaint(about: result)) }
        let output = Output(json: common.json)
        defer { output.flush() }
        for gap in result.gaps {
            try output.json(GapLine(gap))
            output.text(gap.line)
        }
        try output.json(Summary(tasks: tasks.count, gaps: result.gaps.count))
        output.text("\(Readable.count(result.gaps.count, "gap")) \(withdraw ? "no longer explained" : "explained")")
    }

    private func change(
        _ tasks: [TaskID],
        _ manifest: Manifest,
        _ workplace: Workplace,
        _ standpoints: [OrganizationName: Standpoint]
    ) async throws -> ExplainingResult {
        let standpoint: @Sendable (OrganizationName) -> Standpoint = {
            standpoints[$0] ?? workplace.standpoint(of: $0)
        }
        guard let reason, let note else {
            return try await manifest.withdrawExplanations(
                tasks,
                organization: org,
                by: Operator.current,
                at: standpoint
            )
        }
        let explanation = GapExplanation(reason: reason, note: note, by: Operator.current, time: workplace.now)
        return try await manifest.explain(tasks, organization: org, with: explanation, at: standpoint)
    }

    private func complaint(about result: ExplainingResult) -> String {
        var parts: [String] = []
        if !result.unknown.isEmpty { parts.append("the manifest does not know \(Self.named(result.unknown))") }
        if !result.withoutGap.isEmpty {
            let what = withdraw ? "no explanation" : "nothing missing"
            parts.append("\(Self.named(result.withoutGap)) has \(what)")
        }
        if !result.unrepaired.isEmpty {
            let what =
                withdraw ? "no explanation" : "only recordings that are damaged: run `callark verify --repair` first"
            parts.append("\(Self.named(result.unrepaired)) has \(what)")
        }
        return parts.joined(separator: "; ") + "; nothing was changed"
    }

    private static func named(_ tasks: [TaskID]) -> String {
        let shown = tasks.prefix(10).map(\.description).joined(separator: ", ")
        return tasks.count > 10 ? "\(shown) and \(tasks.count - 10) more" : shown
    }

    private struct Summary: Encodable {
        let type = "summary"
        var tasks: Int
        var gaps: Int
    }
}

extension GapReason: ExpressibleByArgument {
    /// What a gap may be there for.
    static let gaps = GapReason.allCases.filter { $0 != .captureNotRequested }

    /// Reads a reason that a gap may have.
    package init?(argument: String) {
        guard Self.allValueStrings.contains(argument) else { return nil }
        self.init(rawValue: argument)
    }

    /// The words that `--reason` takes.
    package static var allValueStrings: [String] { gaps.map(\.rawValue) }
}

extension ExplanationReason: ExpressibleByArgument {}
