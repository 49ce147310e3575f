import Manifest
import Recordings

/// `{"type":"event", …}`: what happened, on whose behalf, and to what.
package struct EventLine: Encodable {
    private let event: Event

    package init(_ event: Event) {
        self.event = event
    }

    private enum CodingKeys: String, CodingKey {
        case type, time, kind, actor, organization, file, detail
        case taskID = "task_id"
    }

    private enum ActorKeys: String, CodingKey {
        case name, via, address, uid, claims
    }

    package func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode("event", forKey: .type)
        try line.encode(event.time.description, forKey: .time)
        try line.encode(event.kind.rawValue, forKey: .kind)
        try line.encodeIfPresent(event.organization, forKey: .organization)
        try line.encodeIfPresent(event.task, forKey: .taskID)
        try line.encodeIfPresent(event.file?.description, forKey: .file)
        try line.encode(event.detail, forKey: .detail)
        guard let known = event.actor else { return }
        var actor = line.nestedContainer(keyedBy: ActorKeys.self, forKey: .actor)
        try actor.encode(known.name, forKey: .name)
        try actor.encode(known.via.rawValue, forKey: .via)
        try actor.encodeIfPresent(known.address, forKey: .address)
        try actor.encodeIfPresent(known.uid, forKey: .uid)
        if !known.claims.isEmpty { try actor.encode(known.claims, forKey: .claims) }
    }
}
