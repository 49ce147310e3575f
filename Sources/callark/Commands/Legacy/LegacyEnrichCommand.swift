import Reports
import Archiver
import ArgumentParser
import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Settings
import WebexContactCenter
import Wiring

struct LegacyEnrichCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrich",
        abstract: "Attach the legacy session records to the recordings of a day.",
        discussion: """
            For each task of the day that has a recording, writes the customer session record with the same ID into \
            a file <organization>-<day>-legacy-001.jsonl next to the day's archives, with a checksum that `sha256sum \
            -c` accepts and `callark verify` checks. Neither it nor an archive ever changes: the next run writes new \
            sessions to the file -002, and so on. Sessions that are already attached are not asked for again, so you \
            can stop this and run it again at any time, also during a pass.

            It makes one request for each task, at legacy.requests_per_minute. The exit code is 75 if the provider \
            has no session for some task, or if the day is not listed to its end yet.

            EXAMPLES
              callark legacy enrich --day yesterday
            """
    )

    @OptionGroup var options: LegacyOptions

    @Option(
        parsing: .unconditional,
        help: "A calendar day in the archive's time zone: 2025-11-20, today or yesterday.",
        transform: DayArgument.init(argument:)
    )
    var day: DayArgument

    func run() async throws {
        let status = try await CommandLineRun.interruptibly { stop in try await enrich(stop) }
        throw ExitCode(status.rawValue)
    }

    private func enrich(_ stop: StopRequest) async throws -> ExitStatus {
        let installation = try Installation(options.common)
        try installation.root.requireOwnAccount()
        let names = try installation.legacyOrganizations(options.org)
        guard let manifest = try await installation.manifestForReading() else {
            throw CommandError(
                .usage,
                "there is no manifest at \(installation.root.manifestPath); `callark archive` creates it"
            )
        }
        let known = Set(try await manifest.organizations().map(\.name))
        let output = Output(json: options.common.json)
        defer { output.flush() }
        var statuses: [ExitStatus] = []
        let day = day.day(in: installation)
        var total = Totals(day: day)
        for name in names where !stop.isMade {
            let interval = day.interval(in: installation.timeZone)
            let isListed = try await installation.unlisted(in: interval, organization: name, manifest).isEmpty
            if !isListed || interval.upperBound > installation.now {
                Diagnostics.warning(
                    "\(day) of \(name) is not listed to its end, so some of its calls may be unknown; when the day is over, "
                        + "run `callark archive --org \(name) --day \(day)`"
                )
                statuses.append(.incomplete)
            }
            guard known.contains(name) else { continue }
            let summary = try await installation.withLegacyRecords(of: name) { records in
                try await LegacyEnrichment(
                    root: installation.root,
                    manifest: manifest,
                    records: records,
                    logs: installation.evidence
                )
                .run(
                    name,
                    day,
                    at: installation.standpoint(of: name),
                    stop: stop,
                    progress: {
                        StandardError.show(progress: "\(name): \($0) of \($1) sessions")
                    }
                )
            }
            StandardError.show(progress: nil)
            try write(summary, of: name, day, to: output)
            total.add(summary)
            if let failure = summary.failure {
                Diagnostics.error("\(name): \(failure)")
                statuses.append(ExitStatus(failure))
            }
            if !summary.isComplete { statuses.append(.incomplete) }
        }
        total.complete = statuses.isEmpty && !stop.isMade
        try output.json(total)
        return ExitStatus.worst(statuses)
    }

    private func write(
        _ summary: LegacyEnrichment.Summary,
        of name: OrganizationName,
        _ day: ArchiveDay,
        to output: Output
    ) throws {
        for task in summary.absent {
            try output.json(AbsentLine(organization: "\(name)", taskID: task))
            output.text("\(day)  \(name)  \(task)  the provider has no session of it")
        }
        output.text(
            "\(day)  \(name)  \(Readable.count(summary.tasks, "task")) with recordings: \(summary.attached) attached, "
                + "\(summary.held) there before, \(summary.absent.count) absent"
        )
        for path in summary.paths {
            try output.json(FileLine(organization: "\(name)", path: path))
            output.text("in \(path)")
        }
    }

    private struct AbsentLine: Encodable {
        let type = "absent"
        var organization: String
        var taskID: TaskID

        enum CodingKeys: String, CodingKey {
            case type, organization
            case taskID = "task_id"
        }
    }

    private struct FileLine: Encodable {
        let type = "file"
        var organization: String
        var path: String
    }

    private struct Totals: Encodable {
        let type = "summary"
        var day: ArchiveDay
        var tasks = 0
        var attached = 0
        var held = 0
        var absent = 0
        var complete = false

        init(day: ArchiveDay) { self.day = day }

        enum CodingKeys: String, CodingKey {
            case type, day, tasks, attached, held, absent, complete
        }

        mutating func add(_ summary: LegacyEnrichment.Summary) {
            tasks += summary.tasks
            attached += summary.attached
            held += summary.held
            absent += summary.absent.count
        }
    }
}
