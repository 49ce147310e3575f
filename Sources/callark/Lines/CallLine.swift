import Manifest
import Recordings

/// `{"type":"call", …}` of the interface. Every field is in every line; what is not known is `null`.
struct CallLine: Encodable {
    private let row: CallRow

    init(_ row: CallRow) {
        self.row = row
    }

    enum CodingKeys: String, CodingKey {
        case type, organization, day, agents, queue, origin, destination, direction, recordings, transcripts, state
        case outcome
        case taskID = "task_id"
        case createdTime = "created_time"
        case durationMilliseconds = "duration_ms"
    }

    /// A missing name or identifier is `null`.
    private struct Agent: Encodable {
        let party: CallFacts.Party

        enum CodingKeys: String, CodingKey { case id, name }

        func encode(to encoder: any Encoder) throws {
            var agent = encoder.container(keyedBy: CodingKeys.self)
            try agent.encode(party.id, forKey: .id)
            try agent.encode(party.name, forKey: .name)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        let facts = row.call?.facts
        try line.encode("call", forKey: .type)
        try line.encode(row.organization.description, forKey: .organization)
        try line.encode(row.taskID, forKey: .taskID)
        try line.encode(row.day, forKey: .day)
        try line.encode(row.createdTime.description, forKey: .createdTime)
        try line.encode((facts?.agents ?? []).map(Agent.init), forKey: .agents)
        try line.encode(facts?.queue.map(\.shown), forKey: .queue)
        try line.encode(facts?.origin, forKey: .origin)
        try line.encode(facts?.destination, forKey: .destination)
        try line.encode(facts?.direction, forKey: .direction)
        try line.encode(facts?.durationMilliseconds, forKey: .durationMilliseconds)
        try line.encode(row.recordingCount, forKey: .recordings)
        try line.encode(row.transcriptCount, forKey: .transcripts)
        try line.encode(row.state, forKey: .state)
        try line.encode(row.outcome, forKey: .outcome)
    }
}

extension CallRow {
    /// How it ended, in the provider's word: `completed`, `abandoned`; `nil` while it goes on.
    var outcome: String? { status.isTerminal ? status.description : nil }

    /// Its state for people: of a call of which nothing was to be recorded, that is why.
    var stateText: String {
        guard state == .none else { return state.rawValue }
        return outcome == Self.abandoned ? Self.abandoned : Self.nothingToRecord
    }

    /// The provider's word for a call that ended before an agent took it.
    static let abandoned = "abandoned"
    /// The state of the others of which nothing was to be recorded, for people.
    static let nothingToRecord = "nothing to record"

    /// How many recordings are known of it, of the screen as well.
    var recordingCount: Int { recordings.count { $0.key.kind != .transcription } }

    /// How many transcripts are known of it.
    var transcriptCount: Int { recordings.count - recordingCount }
}

extension CallFacts.Party {
    /// Its name, or else its identifier.
    var shown: String { name ?? id ?? "" }
}
