import Archiver
import ArgumentParser
import Manifest
import Recordings
import Settings

struct ArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Run one pass: list tasks, query captures, download, pack the days that are over, reconcile.",
        discussion: """
            Without a window the pass goes from where the last complete listing ended, less captures.look_back_hours, to \
            now; the very first one reaches back captures.horizon_days. It asks about all calls of that time that are not \
            settled, and about older ones when they are due. This is the daily job. With a window it is about that window \
            only. The exit code is about the window: 0 says that all of it has been listed, and that everything expected \
            in it is archived, stored until its day is over, or explained. Whatever else is wrong is told as alarms, those \
            of callark status.

            A recording that arrives after its day was sealed goes into a supplement (-002, -003, …) of that day. \
            SIGINT or SIGTERM ends the pass after what is under way; a second one ends it at once. Either way the next \
            run goes on from there.

            --dry-run downloads nothing and changes nothing: it lists and counts, and says what a pass would fetch and \
            how long it would take, also beside a pass. Of a long window it lists some days, and asks about some calls, \
            and says how far off it may be; --exact counts everything.

            --low-priority is for years: day by day, the oldest first, at half of the requests and a quarter of the \
            downloads at once, stepping aside for every other pass. It can be stopped at any time and goes on where it \
            was; what has been listed already it leaves to the daily job.

            EXAMPLES
              callark archive                             the daily job
              callark archive --day 2025-11-20            one day
              callark archive --from 2025-11-01 --to 2025-11-08 --org acme
              callark archive --retry-failed              what failed, without listing
              callark archive --json | tail -n 1          the summary for a program
              callark archive --dry-run --from 2025-01-01 what that would take
              callark archive --from 2024-01-01 --low-priority
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    @Option(
        help: "Only this organization of the configuration; may be given more than once.",
        transform: OrganizationName.init(argument:)
    )
    var org: [OrganizationName] = []

    @Flag(
        help: "List nothing: only fetch the recordings that are known and failed (explained or not) or have not come."
    )
    var retryFailed = false

    @Flag(help: "Download nothing and change nothing: say what a pass would fetch, and how long it would take.")
    var dryRun = false

    @Flag(help: "With --dry-run: count everything, at a request for ten calls, rather than a part of it.")
    var exact = false

    @Flag(help: "Backfill the days since --from, one at a time, and step aside for every other pass.")
    var lowPriority = false

    func validate() throws {
        if exact && !dryRun { throw ValidationError("--exact says how --dry-run counts: add --dry-run") }
        if dryRun && retryFailed { throw ValidationError("--retry-failed lists nothing that --dry-run could count") }
        guard lowPriority else { return }
        if retryFailed { throw ValidationError("--low-priority lists days, and --retry-failed lists none") }
        if window.day != nil || !window.hasBeginning {
            throw ValidationError("--low-priority works through many days: give --from, --month or --last, not --day")
        }
    }

    func run() async throws {
        if dryRun { return try await estimate() }
        if lowPriority { return try await backfill() }
        let status = try await CommandLineRun.interruptibly { stop in
            let workplace = try Workplace(common)
            let organizations = try workplace.organizations(named: org)
            workplace.warnOfNetworkFileSystem()
            let output = Output(json: common.json)
            defer { output.flush() }
            let progress = PassProgress(output: output)
            let results = try await workplace.withArchive(stop: stop, observer: progress.observe) { archive in
                try await archive.archive(
                    organizations,
                    request: try window.window(in: workplace).request,
                    onlyUnreceived: retryFailed
                )
            }
            progress.end()
            let alarms = await workplace.alarmsAtTheEnd(of: organizations)
            for (position, result) in results.enumerated() {
                let own = alarms.told(with: position, of: results.map(\.organization))
                try PassReport(result, alarms: own, timeZone: workplace.timeZone).write(to: output)
            }
            return ExitStatus.worst(results.map(ExitStatus.init(result:)))
        }
        throw ExitCode(status.rawValue)
    }
}

extension ExitStatus {
    /// What one organization's part of a pass comes to.
    init(result: Pass.Result) {
        if let failure = result.failure {
            self = ExitStatus(failure)
        } else {
            self = result.summary.hasDamage ? .damage : result.isComplete ? .complete : .incomplete
        }
    }
}
