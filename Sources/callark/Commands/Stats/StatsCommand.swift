import Reports
import ArgumentParser
import Foundation
import Recordings
import Settings
import WebexContactCenter
import Wiring

struct StatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show what the provider counts: how queues performed, what agents did.",
        discussion: """
            Asks the provider and keeps nothing. Requires the scope cjp:config_read or cjp:config, and an \
            administrator or supervisor.

            EXAMPLES
              callark stats queues --day yesterday
              callark stats agents --month last --csv > agents.csv
              callark stats activities --last 1h
            """,
        subcommands: [StatsQueuesCommand.self, StatsAgentsCommand.self, StatsActivitiesCommand.self]
    )
}

/// One question for the provider's statistics, or for Search instead.
struct StatsQuestion {
    var counting: StatsCounting
    /// What the identifiers identify: `queue`, `agent`.
    var noun: String
    var ids: [String]

    /// Asks, and writes the answer.
    /// - Parameters:
    ///   - identifier: the identifier of what a row is about.
    ///   - counted: requests the provider's own counts.
    ///   - searched: requests the records from Search.
    func run<Row: Sendable>(
        _ table: (TimeZone) -> Table<StatsLine<Row>>,
        identifier: (Row) -> String?,
        counted: (ContactCenter, StatisticsWindow, [String]) async throws(ProviderError) -> [Row],
        searched: (ContactCenter, StatisticsWindow, [String]) async throws(ProviderError) -> [Row]
    ) async throws {
        let ids = try StatsOptions.checked(ids, option: "--\(noun)")
        let installation = try Installation(options.common, usesRoot: false)
        let names = try installation.organizations(named: options.org.map { [$0] } ?? [])
        let window = try window(in: installation)
        let timeZone = installation.timeZone
        let output = Output(json: options.common.json)
        defer { output.flush() }
        var lines: [StatsLine<Row>] = []
        var source = counting.source
        try await installation.withContactCenters(names) { organization, contactCenter in
            var rows: [Row] = []
            do {
                rows =
                    source == .search
                    ? try await searched(contactCenter, window, ids) : try await counted(contactCenter, window, ids)
            } catch let error as ProviderError {
                guard source == nil, [404, 410].contains(error.status), organization.dialect == .current else {
                    throw error
                }
                Diagnostics.warning(
                    "the provider no longer keeps \(noun) statistics (status \(error.status ?? 0)): counted from Search"
                )
                source = .search
                rows = try await searched(contactCenter, window, ids)
            }
            lines += rows.map { StatsLine(organization: organization.name, row: $0) }
        }
        try table(timeZone).write(lines, to: output, asCSV: options.csv)
        let told = Set(lines.compactMap { identifier($0.row) })
        for id in ids where !told.contains(id) {
            Diagnostics.warning("no figures for \(noun) \(id) in this time: check its ID if you expected some")
        }
        try conclude(lines.count, window, source ?? .statistics, output, timeZone)
    }

    private var options: StatsOptions { counting.options }

    private func conclude(
        _ count: Int,
        _ window: StatisticsWindow,
        _ source: StatsSource,
        _ output: Output,
        _ timeZone: TimeZone
    ) throws {
        let (from, to) = (window.from.description, window.to.description)
        try output.json(StatsSummary(rows: count, from: from, to: to, source: source.rawValue))
        guard !options.csv else { return }
        let span = (window.from..<window.to).named(in: timeZone)
        output.text("\(Readable.count(count, "row")) from \(span), by \(source.rawValue)")
    }

    private func window(in installation: Installation) throws -> StatisticsWindow {
        let span = try options.span(in: installation)
        let window: StatisticsWindow
        do throws(ProviderError) {
            window = try StatisticsWindow(
                from: span.lowerBound,
                to: span.upperBound,
                interval: counting.interval?.interval,
                now: installation.now
            )
        } catch {
            throw CommandError(.usage, "\(error)")
        }
        if window.from < span.lowerBound || window.to > span.upperBound {
            let counted = (window.from..<window.to).named(in: installation.timeZone)
            Diagnostics.warning("the provider counts whole intervals: these are from \(counted)")
        }
        return window
    }
}
