import Recordings

/// One session of an agent, from signing in to signing out, as in Search's `agentSession` (wxcc-api 11.3).
package struct SearchAgentSession: Sendable, Hashable {
    /// The provider's identifier of it.
    package var id: String
    /// The agent of the session.
    package var agent: NamedReference?
    /// The agent's team at that time.
    package var team: NamedReference?
    /// When the agent signed in; sessions are found by this time.
    package var startTime: Timestamp?
    /// The sums for each kind of channel.
    package var channels: [Channel]

    /// The sums of one session for one kind of channel.
    package struct Channel: Sendable, Hashable {
        /// `telephony`, ….
        package var channelType: String?
        /// How often a contact was offered.
        package var ringingCount: Int?
        /// How often the agent did not take it.
        package var notRespondedCount: Int?
        /// Waiting for contacts.
        package var available: Duration?
        /// Signed in and not available.
        package var idle: Duration?
    }
}

extension SearchAgentSession: SearchRecord {
    /// Its identifier.
    package var searchKey: String { id }
    /// When the agent signed in.
    package var searchTime: Timestamp? { startTime }

    /// The ASR fields from which statistics are counted.
    package static let source = SearchSource(
        root: .agentSession,
        selection: SearchSelection(fields: [
            "agentSessionId", "agentId", "agentName", "teamId", "teamName", "startTime", "endTime", "isActive",
            .init(
                "channelInfo",
                [
                    "channelId", "channelType", "ringingCount", "notRespondedCount", "availableDuration",
                    "idleDuration",
                ]
            ),
        ])
    )

    /// Reads the available fields; `nil` without an identifier. An agent may have several channels of one kind, and
    /// each has the same availability. So the longest one counts for availability, and contacts are added up.
    package init?(_ row: SearchRow) {
        let row = row.value
        guard let id = row["agentSessionId"]?.text else { return nil }
        self.id = id
        agent = NamedReference(id: row["agentId"]?.text, name: row["agentName"]?.text)
        team = NamedReference(id: row["teamId"]?.text, name: row["teamName"]?.text)
        startTime = Timestamp(plausible: row["startTime"])
        var kinds: [String?] = []
        var found: [String?: Channel] = [:]
        for value in row["channelInfo"]?.elements ?? [] {
            let channel = Channel(value)
            if found[channel.channelType] == nil { kinds.append(channel.channelType) }
            found[channel.channelType, default: Channel(channelType: channel.channelType)].take(channel)
        }
        channels = kinds.compactMap { found[$0] }
    }
}

extension SearchAgentSession.Channel {
    fileprivate init(_ value: JSONValue) {
        channelType = value["channelType"]?.text
        ringingCount = value["ringingCount"]?.count
        notRespondedCount = value["notRespondedCount"]?.count
        available = value["availableDuration"]?.milliseconds
        idle = value["idleDuration"]?.milliseconds
    }

    fileprivate mutating func take(_ other: Self) {
        ringingCount = WeightedAverage.sum(ringingCount, other.ringingCount)
        notRespondedCount = WeightedAverage.sum(notRespondedCount, other.notRespondedCount)
        available = [available, other.available].compactMap(\.self).max()
        idle = [idle, other.idle].compactMap(\.self).max()
    }
}
