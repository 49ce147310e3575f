import Manifest
import Recordings

/// `{"type":"event", …}`: something that happened, on whose account, and to what.
struct EventLine: Encodable {
    private let event: Event

    init(_ event: Event) {
        self.event = event
    }

    private enum CodingKeys: String, CodingKey {
        case type, time, kind, actor, organization, file, detail
        case taskID = "task_id"
    }

    private enum ActorKeys: String, CodingKey {
        case name, uid, claims
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode("event", forKey: .type)
        try line.encode(event.time.description, forKey: .time)
        try line.encode(event.kind.rawValue, forKey: .kind)
        try line.encodeIfPresent(event.organization, forKey: .organization)
        try line.encodeIfPresent(event.task, forKey: .taskID)
        try line.encodeIfPresent(event.file?.description, forKey: .file)
        try line.encode(event.detail, forKey: .detail)
        guard let name = event.actorName else { return }
        var actor = line.nestedContainer(keyedBy: ActorKeys.self, forKey: .actor)
        try actor.encode(name, forKey: .name)
        try actor.encodeIfPresent(event.actor?.uid, forKey: .uid)
        if let claims = event.actor?.claims, !claims.isEmpty { try actor.encode(claims, forKey: .claims) }
    }
}

extension Event {
    /// On whose account it happened, if the log says it with the account's number.
    var actor: Actor? { Actor(eventDetail: detail) }

    /// The same by name only, as earlier versions noted it.
    var actorName: String? { detail["author"] }

    /// For people: `ann (uid 1000; SUDO_USER claims bob)`; empty if the log does not say.
    var by: String {
        guard let actor else { return actorName ?? "" }
        let claims = actor.claims.sorted { $0.key < $1.key }.map { "\($0.key) claims \($0.value)" }
        let number = "uid \(actor.uid)"
        if actor.name == String(actor.uid) {
            return claims.isEmpty ? number : "\(number) (\(claims.joined(separator: "; ")))"
        }
        return "\(actor.name) (\(([number] + claims).joined(separator: "; ")))"
    }

    /// What is known of it besides, as the log has it.
    var words: String {
        let known = Actor.removed(from: detail).sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return known.joined(separator: ", ")
    }
}
