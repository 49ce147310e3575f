import Archiver
import ArgumentParser
import Manifest
import Recordings
import Settings

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Report a day or a month: what was expected, what is held, and what is missing and why.",
        discussion: """
            A day is closed when it is over, the provider's listing has passed its end, and everything expected of it is \
            archived or explained. The report says of each other day why it is not. It reads only, and may run beside a \
            pass.

            With --csv: lines as RFC 4180 has them, the first with the names of the columns; the first column says \
            whether a line is a day, an archive, a gap or the total.

            EXAMPLES
              callark report --day 2025-11-20
              callark report --month 2025-11 --csv > 2025-11.csv
              callark report --month 2025-11 --org acme --json
            """
    )

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @Option(help: "Only this organization; may be given more than once.")
    var org: [OrganizationName] = []

    @Flag(help: "Print CSV.")
    var csv = false

    func validate() throws {
        guard window.hasBeginning else {
            throw ValidationError("give a time range: --day, --month, --last, or --from and --to")
        }
        if csv && common.json { throw ValidationError("--csv and --json: leave out one of them") }
    }

    func run() async throws {
        let workplace = try Workplace(common)
        let names = try workplace.organizations(named: org)
        let days = try window.window(in: workplace).days.map { $0.lowerBound.through($0.upperBound) } ?? []
        let manifest = try await workplace.manifestForReading()
        let known = Set(try await manifest?.organizations().map(\.name) ?? [])
        var reports: [DayReport] = []
        for name in names {
            if let manifest, known.contains(name) {
                let reporting = Reporting(manifest: manifest, timeZone: workplace.settings.archive.timeZone)
                let span = days.first.map { $0...(days.last ?? $0) }
                let standpoint = try await workplace.standpoint(of: name, manifest, days: span)
                reports += try await reporting.days(days, organization: name, at: standpoint)
            } else {
                reports += days.map { DayReport(unknown: $0, of: name) }
            }
        }
        let output = Output(json: common.json)
        defer { output.flush() }
        let report = Report(days: reports, root: workplace.root)
        if csv {
            report.writeCSV(to: output)
        } else {
            try report.writeJSON(to: output)
            report.writeText(to: output)
        }
    }
}

extension DayReport {
    /// Of an organization that no pass has looked at yet.
    fileprivate init(unknown day: ArchiveDay, of organization: OrganizationName) {
        self.init(
            account: DayAccount(figures: DayReconciliation(organization: organization, day: day)),
            archives: [],
            openBecause: [.notListed]
        )
    }
}
