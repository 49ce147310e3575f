import Reports
import ArgumentParser
import Foundation
import Recordings
import Text
import WebexContactCenter

struct SitesExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write all sites of an organization as a CSV file that `callark sites import` reads.",
        discussion: """
            Importing the unchanged file changes nothing. A field that a spreadsheet would take for a formula gets a \
            leading apostrophe, which the import removes.

            EXAMPLES
              callark sites export -o sites.csv
            """
    )

    @OptionGroup var options: SitesOptions

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "The file to write; default: standard output.",
        completion: .file(extensions: ["csv"])
    )
    var output: String?

    func validate() throws {
        if options.common.json, output == nil {
            throw ValidationError("--json and CSV cannot share standard output: write the CSV to a file with -o")
        }
    }

    func run() async throws {
        let sites = try await options.withSites { _, sites in try await sites.list() }
        let lines = [SiteSheet.header] + sites.map(SiteSheet.line)
        let report = Output(json: options.common.json)
        defer { report.flush() }
        guard let output else { return lines.forEach(report.csv) }
        let text = lines.map { $0.map(CSVField.written).joined(separator: ",") + "\r\n" }.joined()
        try OutputFile.write(Data(text.utf8), to: output)
        report.text("\(Readable.count(sites.count, "site")) in \(output)")
        try report.json(Summary(sites: sites.count, path: output))
    }

    private struct Summary: Encodable {
        let type = "summary"
        var sites: Int
        var path: String
    }
}
