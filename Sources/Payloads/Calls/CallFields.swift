import Manifest
import Recordings

/// What is known about a call, as fields in the lines of its recordings and gaps.
package struct CallFields: Encodable {
    private let call: KnownCall?
    private let unknownAsNull: Bool

    /// - Parameter unknownAsNull: whether unknown values are `null` rather than left out.
    package init(_ call: KnownCall?, unknownAsNull: Bool) {
        self.call = call
        self.unknownAsNull = unknownAsNull
    }

    private enum CodingKeys: String, CodingKey {
        case agent, queue, site, team, origin, destination, direction, termination
        case agentID = "agent_id"
        case queueID = "queue_id"
        case siteID = "site_id"
        case teamID = "team_id"
        case durationMilliseconds = "duration_ms"
        case wrapUp = "wrap_up"
        case callSource = "call_source"
    }

    package func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        func put(_ value: (some Encodable)?, _ key: CodingKeys) throws {
            if value != nil || unknownAsNull { try line.encode(value, forKey: key) }
        }
        let facts = call?.facts
        for (party, name, id) in [
            (facts?.agent, CodingKeys.agent, CodingKeys.agentID), (facts?.queue, .queue, .queueID),
            (facts?.site, .site, .siteID), (facts?.team, .team, .teamID),
        ] {
            try put(party?.name, name)
            try put(party?.id, id)
        }
        try put(facts?.origin, .origin)
        try put(facts?.destination, .destination)
        try put(facts?.direction, .direction)
        try put(facts?.durationMilliseconds, .durationMilliseconds)
        try put(facts?.wrapUp, .wrapUp)
        try put(facts?.termination, .termination)
        // For example, only the duration from Search is exact; that of the listing is not.
        try put(call.map { $0.isSearched ? "search" : "task" }, .callSource)
    }
}
