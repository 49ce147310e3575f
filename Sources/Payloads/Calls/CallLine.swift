import Manifest
import Recordings

/// `{"type":"call", …}` of the interface, for `list --json --calls`; without `--calls`, the lines are ``RecordingLine``
/// and ``GapLine``. Every line has every field; unknown values are `null`.
package struct CallLine: Encodable {
    private let row: CallRow

    package init(_ row: CallRow) {
        self.row = row
    }

    private enum CodingKeys: String, CodingKey {
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

    package func encode(to encoder: any Encoder) throws {
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
