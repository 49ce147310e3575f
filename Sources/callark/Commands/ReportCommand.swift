import ArgumentParser
import Recordings
import Reports
import Wiring

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Report whether a day or a month is complete, what is missing, and what to do about it.",
        discussion: """
            The report begins with its verdict and then counts each day: expected = archived + stored + pending + \
            missing + explained + damaged. A day is closed if it is over, the provider's list was read past its end, \
            and everything expected of it is archived or explained. For each other day, the report says why it is \
            not closed, and what closes it. It only reads, and may run during a pass. Its exit code does not depend \
            on the verdict.

            --html writes the same as one page to print, with every gap and the checksum of every archive. --csv \
            writes RFC 4180 with one kind of row: days, or with --csv gaps, suspects, archives or displaced those \
            (displaced: copies in archives that do not count).

            EXAMPLES
              # is October complete?
              callark report --month 2025-10
              callark report --day yesterday
              # on paper, and for a spreadsheet
              callark report --month last --html > last-month.html
              callark report --month last --csv archives > archives.csv
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    @Option(help: "Only this organization; may be given more than once.", transform: OrganizationName.init(argument:))
    var org: [OrganizationName] = []

    // A `String`, because the parser would take an unknown kind for a missing value, and then complain about the word.
    @Option(
        defaultAsFlag: ReportCSV.days.rawValue,
        parsing: .next,
        help: "Print CSV (RFC 4180) with one kind of row: days, gaps, suspects, archives or displaced.",
        completion: .list(ReportCSV.allCases.map(\.rawValue))
    )
    var csv: String?

    @Flag(name: .shortAndLong, help: "Name each copy in an archive that does not count.")
    var verbose = false

    @Flag(help: "Print one HTML page that needs no other file.")
    var html = false

    func validate() throws {
        guard window.hasBeginning else {
            throw ValidationError("give a time range: --day, --month, --last, or --from and --to")
        }
        let forms = [("--csv", csv != nil), ("--html", html), ("--json", common.json)].filter(\.1).map(\.0)
        if forms.count > 1 { throw ValidationError("\(forms[0]) and \(forms[1]) exclude each other") }
        if let csv, ReportCSV(rawValue: csv) == nil {
            let kinds = ReportCSV.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--csv \(csv): give one of \(kinds), or none for days")
        }
    }

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let names = try installation.organizations(named: org)
        guard let span = try window.window(in: installation).days else {
            throw CommandError(.usage, "give a time range that has a beginning: --from")
        }
        let period = try ReportPeriod(checking: span)
        let report = try await Report.made(of: names, over: period, in: installation, warn: Diagnostics.warning)
        let output = Output(json: common.json)
        defer { output.flush() }
        if let csv = csv.flatMap(ReportCSV.init(rawValue:)) {
            if let remark = report.remark { Diagnostics.notice(remark) }
            output.lines(report.csv(csv))
        } else if html {
            output.page(try ReportPage(report).html)
        } else if common.json {
            for line in report.lines { try output.json(line) }
        } else {
            try report.writeText(to: output, verbose: verbose)
        }
    }
}
