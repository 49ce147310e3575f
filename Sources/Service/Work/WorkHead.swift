import Recordings

/// The members that the line of every kind of requested work has.
struct WorkHead: Encodable {
    /// The kind of the line.
    let type: String
    let work: any RequestedWork

    private enum CodingKeys: String, CodingKey {
        case type, id, state, error
        case requestedBy = "requested_by"
        case requestedTime = "requested_time"
        case endedTime = "ended_time"
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(type, forKey: .type)
        try line.encode(work.id, forKey: .id)
        try line.encode(work.state, forKey: .state)
        try line.encode(work.requestedBy, forKey: .requestedBy)
        try line.encode(work.requestedTime.description, forKey: .requestedTime)
        try line.encode(work.endedTime?.description, forKey: .endedTime)
        try line.encode(work.error, forKey: .error)
    }
}
