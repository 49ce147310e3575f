import Recordings

/// What one agent did on one channel in a span of time (wxcc-api 9).
package struct AgentStatistics: Sendable, Hashable {
    /// When the span began.
    package var intervalStart: Timestamp
    /// Which agent; `nil` if the provider does not say.
    package var agent: NamedReference?
    /// The agent's team.
    package var team: NamedReference?
    /// `telephony`, …; `nil` for values of an agent without a channel.
    package var channelType: String?
    /// Contacts assigned.
    package var assigned: Int?
    /// Contacts offered, taken or not.
    package var offered: Int?
    /// Contacts taken.
    package var accepted: Int?
    /// Offers not taken.
    package var rejected: Int?
    /// Contacts transferred to another agent.
    package var transferred: Int?
    /// In conversation, without wrap-up and consultations.
    package var engaged: Duration?
    /// Customers on hold.
    package var hold: Duration?
    /// Wrapping up.
    package var wrapUp: Duration?
    /// Signed in and not idle.
    package var available: Duration?
    /// Signed in and idle.
    package var unavailable: Duration?
    /// Talk, hold and wrap-up of one contact, in milliseconds.
    package var averageHandledTime: Double?

    /// An empty row.
    package init(intervalStart: Timestamp, agent: NamedReference?, team: NamedReference?, channelType: String?) {
        self.intervalStart = intervalStart
        self.agent = agent
        self.team = team
        self.channelType = channelType
    }
}

extension AgentStatistics: StatisticsRow {
    static let path = "agents/statistics"
    static let idParameter = "agentIds"

    /// One for each channel. The early-access platform calls the list `channel`, names elements without a type by their
    /// `channelId`, and has availability next to the channels.
    static func rows(of row: JSONValue, interval: Timestamp) -> [AgentStatistics] {
        let channels = (row["channels"] ?? row["channel"] ?? row["channel[]"])?.elements ?? []
        return (channels.isEmpty ? [.object([])] : channels).map { channel in
            var found = AgentStatistics(
                intervalStart: interval,
                agent: NamedReference(id: row["agentId"]?.text, name: row["agentName"]?.text),
                team: NamedReference(id: row["teamId"]?.text, name: row["teamName"]?.text),
                channelType: (channel["channelType"] ?? channel["channelId"])?.text
            )
            found.assigned = channel["totalAssignedTasks"]?.count
            found.offered = channel["totalOfferedTasks"]?.count
            found.accepted = channel["totalAcceptedTasks"]?.count
            found.rejected = channel["totalRejectedTasks"]?.count
            found.transferred = channel["totalTransferredTasks"]?.count
            found.engaged = channel["totalEngagedDuration"]?.milliseconds
            found.hold = channel["totalHoldDuration"]?.milliseconds
            found.wrapUp = channel["totalWrapUpDuration"]?.milliseconds
            found.available = (channel["totalAvailableTime"] ?? row["totalAvailableTime"])?.milliseconds
            found.unavailable = (channel["totalUnAvailableTime"] ?? row["totalUnAvailableTime"])?.milliseconds
            found.averageHandledTime = (channel["averageHandledTime"] ?? channel["averageHandleTime"])?.fraction
            return found
        }
    }

    var name: String { agent?.name ?? agent?.id ?? "" }

    var key: StatisticsKey {
        StatisticsKey(who: agent?.id ?? agent?.name, team: team?.id ?? team?.name, channelType: channelType)
    }

    mutating func add(_ other: AgentStatistics) {
        averageHandledTime = WeightedAverage.of(
            (averageHandledTime, accepted),
            (other.averageHandledTime, other.accepted)
        )
        assigned = WeightedAverage.sum(assigned, other.assigned)
        offered = WeightedAverage.sum(offered, other.offered)
        accepted = WeightedAverage.sum(accepted, other.accepted)
        rejected = WeightedAverage.sum(rejected, other.rejected)
        transferred = WeightedAverage.sum(transferred, other.transferred)
        engaged = WeightedAverage.sum(engaged, other.engaged)
        hold = WeightedAverage.sum(hold, other.hold)
        wrapUp = WeightedAverage.sum(wrapUp, other.wrapUp)
        available = WeightedAverage.sum(available, other.available)
        unavailable = WeightedAverage.sum(unavailable, other.unavailable)
        agent = other.agent ?? agent
        team = other.team ?? team
    }
}
