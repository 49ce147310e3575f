import Reports
import Archiver
import Foundation
import Manifest
import Payloads
import Recordings

/// The end of a pass: the summary object of the interface, and the same for people.
struct PassReport {
    private let result: Pass.Result
    /// The present alarms, whatever window the pass covered.
    private let alarms: [Alarm]
    private let timeZone: TimeZone

    init(_ result: Pass.Result, alarms: [Alarm], timeZone: TimeZone) {
        self.result = result
        self.alarms = alarms
        self.timeZone = timeZone
    }

    func write(to output: Output) throws {
        let isListed = result.isListing && result.failure == nil && result.listingDoubts == 0 && result.unlisted.isEmpty
        for day in result.days { try output.json(ReconciliationLine(day, isComplete: result.isComplete(day))) }
        for comparison in result.comparisons { try output.json(ComparisonLine(comparison)) }
        for alarm in alarms { try output.json(AlarmLine(alarm)) }
        try output.json(PassSummaryLine(result))
        let summary = result.summary
        let (tasks, figures) = (summary.tasks, ReportFigures(summary.recordings))
        output.text(
            "\(result.organization): \(Readable.count(tasks.listed, "task")) \(isListed ? "listed" : "known") from "
                + result.window.range.named(in: timeZone)
        )
        output.text(
            "  \(tasks.captureRequested) with a recording requested, \(tasks.notRequested) without, "
                + "\(tasks.undetermined) not yet determined"
        )
        output.text(
            "  \(Readable.count(figures.expected, "recording")) expected: \(figures.archived) archived, "
                + "\(stored(figures)), \(figures.pending) pending, "
                + "\(figures.missing) missing\(Self.rest(figures))"
        )
        writeSuspects(summary.recordings, to: output)
        for archive in result.archives {
            output.text(
                "  sealed \(archive.path): \(Readable.count(archive.recordings, "recording")), "
                    + Readable.bytes(archive.bytes)
            )
        }
        if let vault = result.vault { write(vault, to: output) }
        if let finding = result.activities, let line = Self.line(finding) { output.text("  \(line)") }
        if let absence = result.callMetadata?.absence {
            output.text("  call details come from the task list only: Search is not available (\(absence))")
        }
        for disagreement in result.comparisons.compactMap(\.disagreement) { output.text("  \(disagreement)") }
        for (source, absence) in result.sourceAbsences.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            output.text("  not compared with \(source.name): \(absence)")
        }
        try writeOpenDays(to: output)
        if result.pacing.lowest < result.pacing.configured {
            output.text(
                "  a media host was busy: \(Readable.count(result.pacing.lowest, "download")) at once instead of "
                    + "\(result.pacing.configured), \(result.pacing.last) at the end"
            )
        }
        if let failure = result.failure {
            Diagnostics.error("\(result.organization): \(failure)")
        } else {
            output.text(result.isComplete ? "  \(completeness)" : "  not complete: \(obstacles)")
            if let advice { output.text("  \(advice)") }
        }
        for alarm in alarms { output.text(alarm.line) }
    }

    /// Without why the vault failed, which is said already.
    private var obstacles: String {
        result.obstacles.map { obstacle in
            if case .vaultFailed = obstacle { "the vault could not be used" } else { obstacle.description }
        }.joined(separator: ", ")
    }

    private func writeSuspects(_ recordings: PassSummary.Recordings, to output: Output) {
        guard recordings.suspect > 0 else { return }
        let known = recordings.acknowledged
        output.text(
            "  \(Readable.count(recordings.suspect, "recording")) suspect"
                + (known > 0 ? " (\(known) acknowledged)" : "") + ": see `callark list --state suspect`"
        )
    }

    /// What was done with the vault.
    private func write(_ vault: VaultFinding, to output: Output) {
        if !vault.placed.isEmpty {
            let archives = Readable.count(vault.placed.count, "archive")
            output.text("  put \(archives) into the vault, \(Readable.bytes(vault.placedBytes))")
        }
        if !vault.locked.isEmpty {
            output.text("  locked \(Readable.count(vault.locked.count, "archive")) in the vault that had no lock")
        }
        if !vault.evicted.isEmpty {
            let archives = Readable.count(vault.evicted.count, "archive")
            output.text("  removed \(archives) from the disk: the vault has them")
        }
        if let failure = vault.failure { Diagnostics.error("\(result.organization): \(failure)") }
    }

    /// Those that are stored, by what they wait for.
    private func stored(_ figures: ReportFigures) -> String {
        let unvaulted = result.summary.recordings.unvaulted
        let sealed = unvaulted > 0 ? ", \(unvaulted) waiting for the vault" : ""
        return "\(figures.stored - unvaulted) waiting for their day to be sealed\(sealed)"
    }

    /// What would complete it, unless that is to run it again later.
    private var advice: String? {
        let organization = result.organization
        if result.hasDamage { return "`callark report` says where; \(GapReason.adviceOnDamage)" }
        for obstacle in result.obstacles {
            switch obstacle {
            case .unlisted(let days):
                guard let first = days.first else { continue }
                return "list what is not listed yet: callark archive --org \(organization) --day \(first)"
            case .nothingListed: return "list it: callark archive --org \(organization)"
            case .doubted(let days):
                guard let first = days.first else { continue }
                return "list the whole day again: callark archive --org \(organization) --day \(first)"
            default: continue
            }
        }
        if result.isComplete { return nil }
        return isLeftToPeople
            ? "explain what will not arrive any more: callark gaps --org \(organization)" : "run it again later"
    }

    /// Whether no later pass can fetch anything of what is missing: all are gaps that the provider will not fill, and
    /// no download failed.
    private var isLeftToPeople: Bool {
        let isOnlyMissing = result.obstacles.allSatisfy { if case .unexplained = $0 { true } else { false } }
        let reasons = result.summary.recordings.reasons
        return isOnlyMissing && [.downloadFailed, .damagedAtProvider].allSatisfy { reasons[$0, default: 0] == 0 }
    }

    /// What it is complete for, and what else is known about other days.
    private var completeness: String {
        let outside = result.outside
        let open = [(outside.pending, "pending"), (outside.missing, "missing"), (outside.damaged, "damaged")]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let window = "complete from \(result.window.range.named(in: timeZone))"
        return open.isEmpty ? window : "\(window); outside of it: \(open)"
    }

    /// The counts that a day has only if something went wrong.
    private static func rest(_ figures: ReportFigures) -> String {
        [(figures.explained, "explained"), (figures.damaged, "damaged")].filter { $0.0 > 0 }
            .map { ", \($0.0) \($0.1)" }.joined()
    }

    /// The difference between agent activities and the listing; nothing if they agree.
    private static func line(_ finding: ActivityFinding) -> String? {
        if let absence = finding.absence { return "not compared with agent activities: \(absence)" }
        guard finding.tasksNotListed > 0 else { return nil }
        let tasks = Readable.count(finding.tasksNotListed, "task")
        return "\(tasks) found in agent activities but missing from the task list: added"
    }

    /// A table of the days that are not complete, if there are any.
    private func writeOpenDays(to output: Output) throws {
        let open = result.days.filter { !$0.summary.isComplete }
        guard !open.isEmpty, !output.isJSON else { return }
        output.text("  not complete:")
        try Self.openDays.write(open, to: output)
        if open.contains(where: { $0.summary.recordings.unexplained > 0 }) {
            output.text("  run `callark gaps --org \(result.organization)` to see what is missing")
        }
    }

    private static var openDays: Table<DayReconciliation> {
        func figure(
            _ heading: String,
            rank: Int,
            _ value: @escaping (PassSummary) -> Int
        ) -> Table<DayReconciliation>.Column {
            .init(name: nil, heading: heading, isNumber: true, rank: rank) { .integer(Int64(value($0.summary))) }
        }
        return Table(
            type: "day",
            indent: 2,
            columns: [
                .init(name: nil, heading: "DAY") { .text($0.day.description) },
                figure("EXPECTED", rank: 5) { $0.recordings.expected },
                figure("ARCHIVED", rank: 4) { $0.recordings.archived },
                figure("STORED", rank: 7) { $0.recordings.stored },
                figure("PENDING", rank: 2) { $0.recordings.pending + $0.recordings.awaited },
                figure("MISSING", rank: 1) { $0.recordings.missing },
                figure("EXPLAINED", rank: 6) { $0.recordings.explained },
                figure("DAMAGED", rank: 1) { $0.recordings.unrepaired },
                figure("UNDETERMINED", rank: 3) { $0.tasks.unresolved },
                .init(name: nil, heading: "WHY", rank: 1, least: 20, wraps: true) { .text($0.reasonsText) },
            ]
        )
    }

}

extension DayReconciliation {
    /// How many recordings it lacks for each reason.
    fileprivate var reasonsText: String {
        var reasons = summary.recordings.reasons
        reasons[.captureNotRequested] = nil
        return reasons.byFrequency.map { "\($0.count) \($0.key.words)" }.joined(separator: ", ")
    }
}
