import Reports
import ArgumentParser
import Foundation
import Recordings
import Settings
import Text
import WebexContactCenter
import Wiring

struct LegacyQueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Ask for records with a query made by Analyzer.",
        discussion: """
            The query is one JSON object: the value of "query" in the answer to dataQuery?GET_DATA=, which \
            Analyzer's page requests; the whole answer works too. --day, or --from and --to, replace its dateBegin \
            and dateEnd.

            With --format csv, the provider is asked for CSV, and CSV is printed. A field that a spreadsheet would \
            take for a formula, such as a number in +1…, gets a leading apostrophe; --output has the provider's own \
            bytes. An answer that cannot be read is kept in a file, which the error names.

            If an answer does not have all rows, the time range is halved until each part does, down to a minute; a \
            record that comes with two parts is printed once. For that, rows must be distinguishable: the query must \
            ask for sid (cars: also cstts; asrs: agentSessionId instead; aars: also channelType, cstts and \
            currentState), and must neither count nor group. --output then has the first answer, and files with .1, \
            .2 and so on after the name have the parts. The exit code is 75 if there may be more rows.

            EXAMPLES
              callark legacy query --type csrs --query analyzer.json
              callark legacy query --type csrs --query analyzer.json \\
                --day yesterday --format csv > day.csv
            """
    )

    @OptionGroup var options: LegacyOptions
    @OptionGroup var window: WindowOptions

    @Option(help: "The kind of records.")
    var type: LegacyCollection

    @Option(help: ArgumentHelp("The file of the query; - reads it from standard input.", valueName: "file"))
    var query: String

    @Option(help: "The format to ask the provider for.")
    var format: LegacyAnswer.Format = .json

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Also write the body of the answer to this file, unchanged.", valueName: "file"),
        completion: .file()
    )
    var bodyFile: String?

    func validate() throws {
        if window.to != nil && window.from == nil { throw ValidationError("--to needs --from") }
    }

    func run() async throws {
        let query = try readQuery()
        let installation = try Installation(options.common, usesRoot: false)
        let organization = try installation.legacyOrganization(options.org)
        let asked = try timed(query, in: installation)
        let gathering = try await installation.withLegacyRecords(of: organization) { records in
            try await records.gathering(of: asked, type.type, as: format)
        }
        if let bodyFile {
            for (index, answer) in gathering.answers.enumerated() {
                try LegacyBody.write(answer.body, to: index == 0 ? bodyFile : "\(bodyFile).\(index)")
            }
        }
        let output = Output(json: options.common.json)
        defer { output.flush() }
        switch gathering.rows {
        case .success(let rows): try write(rows, of: gathering, to: output)
        case .failure(let reason):
            guard let answer = gathering.answers.last else { return }
            let path = try bodyFile ?? LegacyBody.keep(answer.body)
            let tracking = answer.trackingID.map { " (tracking id \($0))" } ?? ""
            throw CommandError(
                .unavailable,
                "GET \(type.type.collection): \(reason)\(tracking); its body is kept in \(path), which may hold personal data"
            )
        }
    }

    private func write(_ rows: LegacyRows, of gathering: LegacyGathering, to output: Output) throws {
        try LegacyTable(type: type.type, rows: rows).write(to: output, asCSV: format == .csv)
        let (count, parts) = (rows.rows.count, gathering.partCount)
        let advice = parts > 1 ? "narrow the query's filters" : "ask about a shorter time"
        let failure = gathering.shortfall.map { CommandError(.incomplete, "\($0); \(advice)") }
        try output.json(
            Summary(
                rows: count,
                found: gathering.found,
                parts: parts,
                complete: failure == nil,
                error: failure?.description
            )
        )
        if format == .json {
            output.text(Readable.count(count, "row") + (parts > 1 ? ", asked for in \(parts) parts" : ""))
        }
        guard let failure else { return }
        output.flush()
        Diagnostics.error(failure)
        throw ExitCode(failure.status.rawValue)
    }

    /// A malformed query is reported before anything else is read.
    private func readQuery() throws -> LegacyQuery {
        let data: Data
        if query == "-" {
            data = try FileHandle.standardInput.readToEnd() ?? Data()
        } else if let contents = FileManager.default.contents(atPath: query) {
            data = contents
        } else {
            throw CommandError(.inputOutput, "cannot read the query's file \(query)")
        }
        do throws(LegacyQuery.Fault) {
            return try LegacyQuery(data)
        } catch {
            let place = query == "-" ? "standard input" : query
            throw CommandError(.usage, "\(place): \(error)")
        }
    }

    private func timed(_ query: LegacyQuery, in installation: Installation) throws -> LegacyQuery {
        let window = try window.window(in: installation)
        if let asked = window.instants {
            let to = window.isOpenEnded ? window.now : asked.upperBound
            guard asked.lowerBound < to else {
                let (zone, begin) = (window.timeZone, asked.lowerBound)
                throw CommandError(
                    .usage,
                    "the time range begins at \(begin.text(in: zone)), not before its end, \(to.named(in: zone))"
                )
            }
            return query.about(asked.lowerBound..<to)
        }
        guard query.hasTime else {
            throw CommandError(
                .usage,
                "the query has no dateBegin and dateEnd: give --day, --month, --last, or --from and --to"
            )
        }
        return query
    }

    private struct Summary: Encodable {
        let type = "summary"
        var rows: Int
        var found: Int64?
        var parts: Int
        var complete: Bool
        var error: String?
    }
}

/// The values of `--type`.
struct LegacyCollection: ExpressibleByArgument {
    let type: LegacyRecordType

    init?(argument: String) {
        guard let type = LegacyRecordType(collection: argument) else { return nil }
        self.type = type
    }

    static var allValueStrings: [String] { LegacyRecordType.allCases.map(\.collection) }
}

extension LegacyAnswer.Format: ExpressibleByArgument {}

/// The rows of an answer; the query defines the columns.
private struct LegacyTable {
    let type: LegacyRecordType
    let rows: LegacyRows

    func write(to output: Output, asCSV: Bool) throws {
        if output.isJSON {
            for row in rows.rows {
                let fields = zip(rows.columns, row).map { JSONMember($0, $1) }
                try output.json(Line(type: type.rawValue, fields: .object(fields)))
            }
            return
        }
        let columns = rows.columns.enumerated().map { index, name in
            Table<[JSONValue]>.Column(
                name: name,
                heading: VisibleText.escaped(name),
                isNumber: isNumeric(index),
                // The first columns of the query are left out last.
                rank: index,
                value: { .text($0[index].shown) }
            )
        }
        try Table(type: type.rawValue, columns: columns).write(rows.rows, to: output, asCSV: asCSV)
    }

    private func isNumeric(_ index: Int) -> Bool {
        !rows.rows.isEmpty
            && rows.rows.allSatisfy {
                if case .number = $0[index] { true } else { false }
            }
    }

    private struct Line: Encodable {
        var type: String
        /// In a member of their own, because the provider may have a column named `type`.
        var fields: JSONValue
    }
}

/// The body of an answer as a file that only its owner can read, because it has telephone numbers.
enum LegacyBody {
    static func write(_ body: Data, to path: String) throws {
        try OutputFile.write(body, to: path, mode: 0o600)
    }

    /// - Returns: the path of the new file.
    static func keep(_ body: Data) throws -> String {
        let name = "callark-legacy-\(UUID().uuidString.lowercased()).body"
        let path = FileManager.default.temporaryDirectory.appending(path: name).path(percentEncoded: false)
        try write(body, to: path)
        return path
    }
}
