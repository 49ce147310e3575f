import ArgumentParser
import Recordings
import Settings
import WebexContactCenter
import Wiring

/// What all commands below `stats` take.
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

    /// The time that is asked about, without what is still to come.
    /// - Throws: ``CommandError`` with exit code 64 where all of it is.
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
            Complaint.warning("the time range ends in the future, at \(end): these are the figures so far")
        }
        return asked.lowerBound..<now
    }

    /// - Throws: ``CommandError`` with exit code 64 for what is no identifier.
    static func checked(_ ids: [String], option: String) throws -> [String] {
        for id in ids where id.isEmpty || id.contains(where: { $0.isWhitespace || $0 == "," }) {
            throw CommandError(.usage, "\(option) \(id.isEmpty ? "\"\"" : id): give IDs, separated by blanks")
        }
        return ids
    }
}

/// What the commands take whose numbers the provider counts by intervals, and Search where it counts no more.
struct StatsCounting: ParsableArguments {
    @OptionGroup var options: StatsOptions

    @Option(help: "One row for each interval of so many minutes.")
    var interval: StatsInterval?

    @Option(help: "Where the figures come from; default: statistics, as long as the provider keeps any.")
    var source: StatsSource?
}

/// What `--interval` takes, in minutes.
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

/// Where numbers come from.
enum StatsSource: String, ExpressibleByArgument, CaseIterable {
    case statistics, search
}

/// What tables of statistics share.
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
