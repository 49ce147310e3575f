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
            only.

            A recording that arrives after its day was sealed goes into a supplement (-002, -003, …) of that day. \
            SIGINT or SIGTERM ends the pass after what is under way; a second one ends it at once. Either way the next \
            run goes on from there.

            EXAMPLES
              callark archive                             the daily job
              callark archive --day 2025-11-20            one day
              callark archive --from 2025-11-01 --to 2025-11-08 --org acme
              callark archive --retry-failed              what failed, without listing
              callark archive --json | tail -n 1          the summary for a program
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    @Option(help: "Only this organization of the configuration; may be given more than once.")
    var org: [OrganizationName] = []

    @Flag(help: "List nothing: only fetch the recordings that are known and failed, or have not come yet.")
    var retryFailed = false

    func run() async throws {
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
                    request: try window.request(in: workplace.settings.archive.timeZone),
                    onlyUnreceived: retryFailed
                )
            }
            progress.end()
            for result in results { try PassReport(result).write(to: output) }
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
            self = result.isComplete ? .complete : .incomplete
        }
    }
}
