import ArgumentParser
import Recordings
import Settings
import WebexContactCenter
import Wiring

/// The options of all commands below `stats`.
struct StatsOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions
    @OptionGroup var window: WindowOptions

    @Option(help: "Only this organization.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    @Flag(help: "Print CSV (RFC 4180); the first line names the columns.")
    var csv = false

    func validate() throws {
        if csv && common.json { throw ValidationError("--csv and --json exclude each other") }
        if !window.hasBeginning {
            throw ValidationError("give a time range: --day, --month, --last, or --from and --to")
        }
    }

    /// The requested time, without the future.
    /// - Throws: ``CommandError`` with exit code 64 if all of it is in the future.
    func span(in installation: Installation) throws -> Range<Timestamp> {
        let window = try window.window(in: installation)
        let now = window.now
        guard let asked = window.instants else {
            throw CommandError(.usage, "give a time range: --day, --month, --last, or --from and --to")
        }
        guard asked.lowerBound < now else {
            let begin = asked.lowerBound.named(in: window.timeZone)
            throw CommandError(.usage, "the time range begins in the future, at \(begin): it must begin before now")
        }
        guard asked.upperBound > now else { return asked }
        if !window.isOpenEnded {
            let end = asked.upperBound.named(in: window.timeZone)
            Diagnostics.warning("the time range ends in the future, at \(end): these are the figures so far")
        }
        return asked.lowerBound..<now
    }

    /// - Throws: ``CommandError`` with exit code 64 for a malformed identifier.
    static func checked(_ ids: [String], option: String) throws -> [String] {
        for id in ids where id.isEmpty || id.contains(where: { $0.isWhitespace || $0 == "," }) {
            throw CommandError(.usage, "\(option) \(id.isEmpty ? "\"\"" : id): give IDs, separated by blanks")
        }
        return ids
    }
}

/// The options of commands whose numbers the provider counts by intervals, or Search if the provider no longer counts
/// them.
struct StatsCounting: ParsableArguments {
    @OptionGroup var options: StatsOptions

    @Option(help: "One row for each interval of so many minutes.")
    var interval: StatsInterval?

    @Option(help: "Where the figures come from; default: statistics, as long as the provider keeps any.")
    var source: StatsSource?
}

/// The values of `--interval`, in minutes.
enum StatsInterval: String, ExpressibleByArgument, CaseIterable {
    case quarter = "15"
    case half = "30"
    case hour = "60"

    var interval: StatisticsWindow.Interval {
        switch self {
        case .quarter: .quarter
        case .half: .half
        case .hour: .hour
        }
    }
}

/// The source of the numbers.
enum StatsSource: String, ExpressibleByArgument, CaseIterable {
    case statistics, search
}

/// What the tables of statistics have in common.
struct StatsLine<Row: Sendable>: Sendable {
    var organization: OrganizationName
    var row: Row
}

/// `{"type":"summary", …}` of the commands below `stats`.
struct StatsSummary: Encodable {
    let type = "summary"
    var rows: Int
    var from: String
    var to: String
    var source: String?
    var complete = true
}
