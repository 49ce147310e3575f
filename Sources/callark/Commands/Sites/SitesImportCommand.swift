import Reports
import Archiver
import ArgumentParser
import Foundation
import Recordings
import Text
import WebexContactCenter

struct SitesImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Create and change sites as listed in a CSV file.",
        discussion: """
            The first line names the columns: name, multimedia_profile_id and active are required, id and \
            description optional. A line stands for the site with its id; without an id, for the site with its name, \
            or a new one. Sites that already match their line, and sites that are not in the file, are left alone, \
            so you can run an import again. Without the column description, descriptions stay as they are.

            The whole file is checked first. If it has faults, each is named with its line, the exit code is 64, and \
            nothing is changed. Then new sites are created many at once, and others are changed one by one; each \
            line gets a row with its outcome. The exit code is 0 only if every site matches its line, otherwise 75.

            EXAMPLES
              callark sites import sites.csv --dry-run
              callark sites import sites.csv
            """
    )

    @OptionGroup var options: SitesOptions

    @Argument(help: ArgumentHelp("The CSV file; - reads standard input.", valueName: "file"))
    var file: String

    @Flag(help: "Show what would be done, and change nothing.")
    var dryRun = false

    func run() async throws {
        let output = Output(json: options.common.json)
        let status = try await CommandLineRun.interruptibly { stop in
            defer { output.flush() }
            return try await carryOut(stop, output)
        }
        if status != .complete { throw ExitCode(status.rawValue) }
    }

    private func carryOut(_ stop: StopRequest, _ output: Output) async throws -> ExitStatus {
        let sheet = SiteSheet(try read())
        guard sheet.faults.isEmpty else { return try refuse(sheet.faults, output) }
        return try await options.withSites { _, sites in
            let plan = SitePlan(sheet.rows, sites: try await sites.list())
            guard plan.faults.isEmpty else { return try refuse(plan.faults, output) }
            var work = SiteImport(plan, sites: sites, isDry: dryRun)
            var failure: ProviderError?
            do throws(ProviderError) {
                if !dryRun { try await work.carryOut { stop.isMade } }
            } catch {
                failure = error
            }
            return try report(work.lines, failure, output)
        }
    }

    private func read() throws -> Data {
        let handle = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
        guard let data = try? handle?.readToEnd() ?? (handle == nil ? nil : Data()) else {
            throw CommandError(.inputOutput, "cannot read \(file)")
        }
        return data
    }

    private var place: String { file == "-" ? "standard input" : file }

    /// How many faults are named one by one: a file that is not CSV has one on every line.
    private static let maxFaults = 100

    private func refuse(_ faults: [CSVDocument.Fault], _ output: Output) throws -> ExitStatus {
        for fault in faults.prefix(Self.maxFaults) {
            Diagnostics.error("\(place), \(fault)")
            try output.json(FaultLine(line: fault.line, problem: fault.problem))
        }
        let rest = faults.count - Self.maxFaults
        if rest > 0 { Diagnostics.error("\(place): and \(Readable.count(rest, "more fault"))") }
        try output.json(FaultSummary(faults: faults.count))
        return .usage
    }

    private func report(_ lines: [SiteImport.Line], _ failure: ProviderError?, _ output: Output) throws -> ExitStatus {
        try Self.table.write(lines, to: output)
        let summary = Summary(lines, isDry: dryRun, error: failure?.description)
        output.text(summary.text)
        try output.json(summary)
        if let failure {
            Diagnostics.error("\(failure)")
            return ExitStatus(failure)
        }
        return summary.complete ? .complete : .incomplete
    }

    private struct FaultLine: Encodable {
        let type = "fault"
        var line: Int
        var problem: String
    }

    private struct FaultSummary: Encodable {
        let type = "summary"
        let complete = false
        var faults: Int
    }
}

extension SitesImportCommand {
    private static var table: Table<SiteImport.Line> {
        Table(
            type: "row",
            columns: [
                .init(name: "line", heading: "LINE", isNumber: true) { .integer(Int64($0.step.row.line)) },
                .init(name: "name", heading: "NAME") { .text($0.step.row.name) },
                .init(name: "action", heading: "ACTION", rank: 2) { .text($0.step.action.word) },
                .init(name: "status", heading: "STATUS") { .text($0.status.rawValue) },
                .init(name: "id", heading: "ID", rank: 3) { .init($0.id?.description) },
                .init(name: "reason", heading: "REASON", rank: 1, least: 20, wraps: true) { .text($0.reason) },
            ]
        )
    }

    private struct Summary: Encodable {
        let type = "summary"
        var lines: Int
        var counts: [String: Int]
        var dryRun: Bool
        /// Whether every site is, or would be, as its line says.
        var complete: Bool
        var error: String?

        enum CodingKeys: String, CodingKey {
            case type, lines, counts, complete, error
            case dryRun = "dry_run"
        }

        init(_ lines: [SiteImport.Line], isDry: Bool, error: String?) {
            self.lines = lines.count
            counts = Dictionary(grouping: lines, by: \.status.rawValue).mapValues(\.count)
            dryRun = isDry
            complete = lines.allSatisfy { $0.status.isAsWanted || $0.status == .planned }
            self.error = error
        }

        var text: String {
            let parts = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key.replacing("_", with: " "))" }
            let list = parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
            return Readable.count(lines, "line") + list + (dryRun ? "; nothing was changed" : "")
        }
    }
}
