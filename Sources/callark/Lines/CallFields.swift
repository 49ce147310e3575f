import Manifest
import Recordings

/// What is known of a call, as fields of its recordings' and its gaps' lines.
struct CallFields: Encodable {
    private let call: KnownCall?
    private let unknownAsNull: Bool

    /// - Parameter unknownAsNull: whether what is not known is `null`, or left out.
    init(_ call: KnownCall?, unknownAsNull: Bool) {
        self.call = call
        self.unknownAsNull = unknownAsNull
    }

    enum CodingKeys: String, CodingKey {
        case agent, queue, site, team, origin, destination, direction, termination
        case agentID = "agent_id"
        case queueID = "queue_id"
        case siteID = "site_id"
        case teamID = "team_id"
        case durationMilliseconds = "duration_ms"
        case wrapUp = "wrap_up"
        case callSource = "call_source"
    }

    func encode(to encoder: any Encoder) throws {
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
        // Of Search's and of the listing's duration, say, only the former is exact.
        try put(call.map { $0.isSearched ? "search" : "task" }, .callSource)
    }
}

extension KnownCall {
    /// For people: whose call it was; `nil` where nothing of that is known.
    var text: String? {
        var parts: [String] = []
        if let agent = facts.agent { parts.append("agent \(agent.name ?? agent.id ?? "")") }
        if let queue = facts.queue { parts.append("queue \(queue.name ?? queue.id ?? "")") }
        if let direction = facts.direction { parts.append(direction) }
        if let origin = facts.origin { parts.append("from \(origin)") }
        if let destination = facts.destination { parts.append("to \(destination)") }
        if let length = facts.durationMilliseconds {
            parts.append("\(isSearched ? "" : "at most ")\(Readable.duration(.milliseconds(length)))")
        }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
