import Reports
import Archiver
import ArgumentParser
import Manifest
import Payloads
import Recordings
import Settings
import Wiring

struct GapsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the gaps, one per row, with reason and evidence.",
        discussion: """
            Without --explained or --all: the gaps that no one has explained; the last line says how many others \
            exist. A reason is one of \
            \(GapReason.gaps.map(\.rawValue).joined(separator: ", ")).

            Below the gaps: suspect recordings, then days whose figures disagree with another source of the provider \
            (Search, queue statistics), for which the missing calls are not known by name, and then days that were \
            not listed.

            EXAMPLES
              callark gaps list --day 2025-11-20
              callark gaps list --month last --all --csv > gaps.csv
              callark gaps list --reason never_available
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    @Option(help: "Only this organization.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    @Option(help: "Only gaps for this reason.")
    var reason: GapReason?

    @Flag(help: "Only gaps that an operator has explained.")
    var explained = false

    @Flag(help: "All gaps, explained or not.")
    var all = false

    @Flag(help: "Print CSV (RFC 4180), the gaps only.")
    var csv = false

    func validate() throws {
        if explained && all { throw ValidationError("--explained is a part of --all: leave out one of them") }
        if csv && common.json { throw ValidationError("--csv and --json exclude each other") }
    }

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let names = try installation.organizations(named: org.map { [$0] } ?? [])
        let output = Output(json: common.json)
        defer { output.flush() }
        var found = Found()
        let window = try window.window(in: installation)
        try await installation.noteView("gaps", of: names.map { (nil, $0) })
        if let manifest = try await installation.manifestForReading() {
            let known = Set(try await manifest.organizations().map(\.name))
            for name in names where known.contains(name) {
                try await look(at: name, window, manifest, installation, &found)
            }
        }
        let gaps = GapTable(timeZone: window.timeZone).table
        if csv { return try gaps.write(found.gaps, to: output, asCSV: true) }
        if !found.gaps.isEmpty { try gaps.write(found.gaps, to: output) }
        if !found.suspects.isEmpty {
            if !found.gaps.isEmpty { output.text("") }
            output.text("SUSPECT RECORDINGS")
            try SuspectTable(timeZone: window.timeZone).table.write(found.suspects, to: output)
        }
        for comparison in found.comparisons {
            try output.json(ComparisonLine(comparison))
            if let disagreement = comparison.detailedDisagreement(in: window.timeZone) { output.text(disagreement) }
        }
        let counts = Counts(found)
        try output.json(counts)
        for line in counts.text { output.text(line) }
    }

    private func look(
        at name: OrganizationName,
        _ window: TimeWindow,
        _ manifest: Manifest,
        _ installation: Installation,
        _ found: inout Found
    ) async throws {
        let filter = GapFilter(
            organization: name,
            day: window.day,
            window: window.range,
            reason: reason,
            isExplained: all ? nil : explained
        )
        let standpoint = try await installation.standpoint(of: name, manifest, days: window.days)
        let gaps = try await manifest.gaps(filter, at: standpoint)
        if !all, !explained {
            var others = filter
            others.isExplained = true
            found.hidden += try await manifest.gaps(others, at: standpoint).count
        }
        let calls = try await manifest.calls(of: gaps.map(\.taskID), organization: name)
        found.gaps += gaps.map { GapTable.Line(gap: $0, call: calls[$0.taskID]) }
        if reason == nil {
            found.suspects += try await manifest.suspects(name, day: window.day, window: window.range).filter {
                all || ($0.suspect.acknowledgement != nil) == explained
            }
        }
        // Whole days, even if only a part of a day was asked for.
        found.comparisons += try await manifest.disagreements(name, days: window.day.map { $0...$0 }).filter { other in
            window.range?.overlaps(other.day.interval(in: window.timeZone)) ?? true
        }
        if !explained, reason == nil || reason == .damaged {
            found.unnamed += try await manifest.unnamedLosses(name, days: window.days, altered: standpoint.altered)
        }
        found.notListed += try await installation.unlisted(in: window.instants, organization: name, manifest)
    }

    /// What is listed, over all organizations.
    private struct Found {
        var gaps: [GapTable.Line] = []
        var suspects: [SuspectRow] = []
        var comparisons: [DayComparison] = []
        var notListed: [ArchiveDay] = []
        var unnamed: [UnnamedLoss] = []
        /// How many explained gaps are left out.
        var hidden = 0
    }

    private struct Counts: Encodable {
        let type = "summary"
        var gaps = 0
        /// Gaps that the provider may still fill.
        var pending = 0
        var missing = 0
        /// Recordings that were held.
        var damaged = 0
        var explained = 0
        var unexplained = 0
        var reasons: [GapReason: Int] = [:]
        /// Recordings that are held and suspect.
        var suspect = 0
        /// Days that disagree with another source of the provider's.
        var daysDiffering = 0
        /// The days of the requested time of which a part in that time is not listed.
        var notListed: [ArchiveDay] = []
        /// Recordings that were held, and are no gaps by name: only how many is known.
        var damagedUnnamed = 0
        private var hidden = 0
        private var unnamed: String?

        enum CodingKeys: String, CodingKey {
            case type, gaps, pending, missing, damaged, explained, unexplained, reasons, suspect
            case daysDiffering = "days_differing"
            case notListed = "not_listed"
            case damagedUnnamed = "damaged_unnamed"
        }

        init(_ found: Found) {
            gaps = found.gaps.count
            explained = found.gaps.count { $0.gap.explanation != nil }
            unexplained = gaps - explained
            pending = found.gaps.count { $0.gap.isPending }
            damaged = found.gaps.count { $0.gap.wasHeld && $0.gap.explanation == nil }
            missing = unexplained - pending - damaged
            for line in found.gaps { reasons[line.gap.reason, default: 0] += 1 }
            suspect = found.suspects.count
            daysDiffering = Set(found.comparisons.map { [$0.organization.description, $0.day.description] }).count
            notListed = found.notListed
            hidden = found.hidden
            damagedUnnamed = found.unnamed.recordings
            unnamed = found.unnamed.text
        }

        var text: [String] {
            let parts = [(pending, "pending"), (missing, "missing"), (damaged, "damaged"), (explained, "explained")]
                .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
            var lines = [
                "\(Readable.count(gaps, "gap"))\(parts.isEmpty ? "" : ": ")\(parts.joined(separator: ", "))"
                    + (suspect == 0 ? "" : "; \(Readable.count(suspect, "suspect recording"))")
                    + (daysDiffering == 0
                        ? ""
                        : "; \(Readable.count(daysDiffering, "day")) \(daysDiffering == 1 ? "disagrees" : "disagree") with another source")
            ]
            if hidden > 0 {
                let (verb, object) = hidden == 1 ? ("is", "it") : ("are", "them")
                lines.append("\(Readable.count(hidden, "more gap")) \(verb) explained: add --all to see \(object)")
            }
            if let unnamed { lines.append(unnamed) }
            if let oldest = notListed.min() {
                lines.append(
                    "\(Readable.count(notListed.count, "day")) not listed, the oldest \(oldest): what is missing there "
                        + "is not known; run `callark archive --day \(oldest)`"
                )
            }
            if damaged > 0 {
                lines.append(
                    "damaged: \(GapReason.adviceOnDamage); what that cannot fetch any more can then be explained"
                )
            }
            if pending + missing > 0 {
                lines.append(
                    "`callark gaps show TASK_ID` has the history of one; `callark gaps explain` records why it is missing"
                )
            } else if damaged > 0 {
                lines.append("`callark gaps show TASK_ID` has the history of one")
            }
            return lines
        }
    }
}

extension GapReason: ExpressibleByArgument {
    /// The reasons that a gap may have.
    static let gaps = GapReason.allCases.filter { $0 != .captureNotRequested }

    /// Reads a reason that a gap may have.
    package init?(argument: String) {
        guard Self.allValueStrings.contains(argument) else { return nil }
        self.init(rawValue: argument)
    }

    /// The values of `--reason`.
    package static var allValueStrings: [String] { gaps.map(\.rawValue) }
}
