import Reports
import ArgumentParser
import Foundation
import Recordings
import Settings
import WebexContactCenter
import Wiring

struct StatsActivitiesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activities",
        abstract: "Show what agents did, state by state: waiting, ringing, talking, wrapping up.",
        discussion: """
            Prints a row for each state of each agent that began in the time range, in the order in which they \
            began. The provider keeps the last 12 months. A state that is still going on has no end. Rows are \
            printed as they come; the first ones determine how wide the columns are.

            EXAMPLES
              callark stats activities --last 1h
              callark stats activities --day yesterday --csv > day.csv
              callark stats activities --day yesterday --agent AGENT_ID
            """
    )

    @OptionGroup var options: StatsOptions

    @Option(parsing: .upToNextOption, help: "Only these agents, by ID; at most 100.")
    var agent: [String] = []

    @Option(parsing: .upToNextOption, help: "Only these teams, by ID; at most 100.")
    var team: [String] = []

    func validate() throws {
        if agent.count > 100 || team.count > 100 {
            throw ValidationError("the provider takes at most 100 agents and 100 teams at once")
        }
    }

    func run() async throws {
        let who = ActivityFilter(
            agents: try StatsOptions.checked(agent, option: "--agent"),
            teams: try StatsOptions.checked(team, option: "--team"),
            channelTypes: []
        )
        let installation = try Installation(options.common, usesRoot: false)
        let names = try installation.organizations(named: options.org.map { [$0] } ?? [])
        let span = try options.span(in: installation)
        let timeZone = installation.timeZone
        let output = Output(json: options.common.json)
        defer { output.flush() }
        var writer = Columns.Writer(table: Self.table(in: timeZone), output: output, asCSV: options.csv)
        var count = 0
        var crowded: [Timestamp] = []
        try await installation.withContactCenters(names) { organization, contactCenter in
            var deduplicator = ActivityDeduplicator(span: span)
            let pages = contactCenter.activityPages(from: span.lowerBound, to: span.upperBound, of: who)
            for try await page in pages {
                let new = deduplicator.new(in: page)
                try writer.write(new.map { StatsLine(organization: organization.name, row: $0) })
                count += new.count
                crowded += page.crowded
            }
        }
        writer.end()
        for time in crowded {
            let moment = time.named(in: timeZone, seconds: true)
            Diagnostics.warning("more activities began at \(moment) than the provider lists: some are missing")
        }
        let (from, to) = (span.lowerBound.description, span.upperBound.description)
        try output.json(StatsSummary(rows: count, from: from, to: to, complete: crowded.isEmpty))
        if !options.csv { output.text("\(Readable.count(count, "row")) from \(span.named(in: timeZone))") }
        guard crowded.isEmpty else {
            output.flush()
            throw ExitCode(ExitStatus.incomplete.rawValue)
        }
    }

    private typealias Columns = Table<StatsLine<AgentActivity>>

    private static func table(in timeZone: TimeZone) -> Columns {
        Columns(
            type: "agent_activity",
            columns: [
                .text("organization") { $0.organization.description },
                .time("start_time", timeZone.heading("FROM"), in: timeZone, seconds: true) { $0.row.startTime },
                .time("end_time", "TO", in: timeZone, seconds: true, rank: 3) { $0.row.endTime },
                .flag("active") { $0.row.isActive },
                .text("agent_id") { $0.row.agent?.id }, .text("agent_name", "AGENT", rank: 1) { $0.row.agent?.name },
                .text("agent_login") { $0.row.agentLogin }, .text("agent_dn") { $0.row.agentNumber },
                .text("agent_session_id") { $0.row.agentSessionID },
                .text("state", "STATE") { $0.row.state }, .flag("is_login") { $0.row.isLogin },
                .text("site_id") { $0.row.site?.id }, .text("site_name", "SITE", rank: 7) { $0.row.site?.name },
                .text("team_id") { $0.row.team?.id }, .text("team_name", "TEAM", rank: 6) { $0.row.team?.name },
                .text("channel_type", "CHANNEL", rank: 5) { $0.row.channelType.isEmpty ? nil : $0.row.channelType },
                .text("channel_sub_type") { $0.row.channelSubType }, .text("channel_id") { $0.row.channelID },
                .text("queue_id") { $0.row.queue?.id }, .text("queue_name", "QUEUE", rank: 4) { $0.row.queue?.name },
                .text("idle_code") { $0.row.idleCode?.id }, .text("idle_code_name") { $0.row.idleCode?.name },
                .text("wrap_up_code_name") { $0.row.wrapUpCodeName }, .text("reason") { $0.row.reason },
                .text("multimedia_profile_type") { $0.row.multimediaProfileType },
                .text("task_id", "TASK", rank: 2) { $0.row.taskID?.description },
            ]
        )
    }
}

extension Table.Column {
    /// A column of yes or no.
    fileprivate static func flag(_ name: String, _ value: @escaping (Row) -> Bool?) -> Self {
        Self(name: name, heading: nil, value: { value($0).map { Table.Value.boolean($0) } ?? .nothing })
    }
}
