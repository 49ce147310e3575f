import Reports
import ArgumentParser
import Foundation
import Recordings
import WebexContactCenter

struct StatsAgentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agents",
        abstract: "Show what agents did: contacts taken, and time in talk, hold and wrap-up.",
        discussion: """
            Prints a row for each agent, team and channel, or for each of their intervals. A time range of 12 hours \
            or more is asked for in parts: counts and times are added up, averages are weighted by the contacts that \
            were taken, and left blank if the provider gives no weight.

            The provider ends these statistics on 31 March 2027. From then on, or with --source search, the figures \
            are counted from the contacts that Search lists, each for its last agent, and offers and availability \
            from the times at which agents signed in. Those times are available as sums only, so with --interval \
            OFFERED, REJECTED and AVAILABLE stay empty.

            EXAMPLES
              callark stats agents --day yesterday
              callark stats agents --day yesterday --interval 30
              callark stats agents --month last --csv > agents.csv
            """
    )

    @OptionGroup var counting: StatsCounting

    @Option(parsing: .upToNextOption, help: "Only these agents, by ID.")
    var agent: [String] = []

    func run() async throws {
        let question = StatsQuestion(counting: counting, noun: "agent", ids: agent)
        try await question.run(Self.table(in:)) { row in
            row.agent?.id
        } counted: { contactCenter, window, ids throws(ProviderError) in
            try await contactCenter.agentStatistics(window, agents: ids)
        } searched: { contactCenter, window, ids throws(ProviderError) in
            try await contactCenter.searchedAgentStatistics(window, agents: ids)
        }
    }

    private typealias Columns = Table<StatsLine<AgentStatistics>>

    private static func table(in timeZone: TimeZone) -> Columns {
        Columns(
            type: "agent_statistics",
            columns: [
                .text("organization") { $0.organization.description },
                .time("interval_start", timeZone.heading("INTERVAL"), in: timeZone, rank: 1) { $0.row.intervalStart },
                .text("agent_id") { $0.row.agent?.id }, .text("agent_name", "AGENT") { $0.row.agent?.name },
                .text("team_id") { $0.row.team?.id }, .text("team_name", "TEAM", rank: 8) { $0.row.team?.name },
                .text("channel_type", "CHANNEL", rank: 10) { $0.row.channelType },
                .count("assigned") { $0.row.assigned },
                .count("offered", "OFFERED", rank: 7) { $0.row.offered },
                .count("accepted", "ACCEPTED", rank: 2) { $0.row.accepted },
                .count("rejected", "REJECTED", rank: 11) { $0.row.rejected },
                .count("transferred") { $0.row.transferred },
                .duration("engaged_ms", "TALK", rank: 3) { $0.row.engaged },
                .duration("hold_ms", "HOLD", rank: 4) { $0.row.hold },
                .duration("wrap_up_ms", "WRAP-UP", rank: 5) { $0.row.wrapUp },
                .duration("available_ms", "AVAILABLE", rank: 9) { $0.row.available },
                .duration("unavailable_ms") { $0.row.unavailable },
                .average("average_handled_ms", "HANDLED", rank: 6) { $0.row.averageHandledTime },
            ]
        )
    }
}
