import Archiver
import ArgumentParser
import Manifest
import Recordings
import Settings
import Wiring

struct ArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Run one pass: list calls, ask for their recordings, download them, and seal the days that are over.",
        discussion: """
            Without a time range, this is the daily job: the pass begins where the last complete listing ended, less \
            captures.look_back_hours, and goes up to now. The first one goes back captures.horizon_days. The pass \
            asks about every call of that time that is not settled, and about older calls when they are due. With a \
            time range, it looks at that time only.

            Exit code 0 means that the whole time range has been listed, and that everything expected in it is \
            archived, stored until its day is over, or explained. If there is a vault, archived means that the vault has \
            it: sealed archives that wait for the vault make it 75, and a vault that cannot be used 69, 77 or 78. Anything else that needs attention is printed as \
            an alarm; these are the alarms of `callark status`.

            A recording that arrives after its day was sealed goes into a supplement of that day (-002, -003, …). \
            SIGINT or SIGTERM stops the pass after what is in progress; a second one stops it at once. Either way, \
            the next run resumes.

            If `callark serve` runs over the root, it does the work, between its own passes; what you see is the same.

            --dry-run downloads nothing and changes nothing. It lists and counts, and estimates what a pass would \
            fetch and how long it would take. For a long time range it samples days and calls, and gives the margin \
            of error; --exact counts everything.

            --low-priority is for years of calls. It works day by day, oldest first, with half of the requests and a \
            quarter of the downloads, and lets every other pass go first. You can stop it at any time; the next run \
            resumes. Days that the daily job has listed are left to it.

            EXAMPLES
              # the daily job
              callark archive
              # one day
              callark archive --day 2025-11-20
              # try again what failed, without listing
              callark archive --retry-failed
              # how long would this take?
              callark archive --dry-run --from 2025-01-01
              # years of calls, next to the daily job
              callark archive --from 2024-01-01 --low-priority
              # the summary for a program
              callark archive --json | tail -n 1
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
        help: "List nothing; only fetch recordings that failed (explained or not) or have not arrived."
    )
    var retryFailed = false

    @Flag(help: "Download nothing and change nothing; estimate what a pass would fetch, and how long it would take.")
    var dryRun = false

    @Flag(help: "With --dry-run: count everything instead of a sample, at one request for ten calls.")
    var exact = false

    @Flag(help: "Archive the days since --from, one at a time, and let every other pass go first.")
    var lowPriority = false

    func validate() throws {
        if exact && !dryRun { throw ValidationError("--exact is about how --dry-run counts: add --dry-run") }
        if dryRun && retryFailed { throw ValidationError("--retry-failed lists nothing that --dry-run could count") }
        guard lowPriority else { return }
        if retryFailed { throw ValidationError("--low-priority lists days, and --retry-failed lists none") }
        if window.day != nil || !window.hasBeginning {
            throw ValidationError("--low-priority works through many days: give --from, --month or --last, not --day")
        }
    }

    func run() async throws {
        if dryRun { return try await estimate() }
        let status = try await CommandLineRun.interruptibly { stop in
            if let status = try await Handover.run(common, stop) { return status }
            return try await work(in: Installation(common), stop)
        }
        throw ExitCode(status.rawValue)
    }

    /// Does the command's work: in this process, or in a service on behalf of another one.
    func work(in installation: Installation, _ stop: StopRequest) async throws -> ExitStatus {
        if lowPriority { return try await backfill(in: installation, stop) }
        let organizations = try installation.organizations(named: org)
        installation.warnOfNetworkFileSystem()
        let output = Output(json: common.json)
        defer { output.flush() }
        let progress = PassProgress(output: output)
        let results = try await installation.withArchive(stop: stop, observer: progress.observe) { archive in
            try await archive.archive(
                organizations,
                request: try window.window(in: installation).request,
                onlyUnreceived: retryFailed
            )
        }
        progress.end()
        if !stop.isMade { await installation.anchorAtTheEnd(of: organizations) }
        let alarms = await installation.alarmsAtTheEnd(of: organizations, isOfGivenTime: window.isGiven)
        for (position, result) in results.enumerated() {
            let own = alarms.reported(with: position, of: results.map(\.organization))
            try PassReport(result, alarms: own, timeZone: installation.timeZone).write(to: output)
        }
        return ExitStatus.worst(results.map(ExitStatus.init(result:)))
    }
}
