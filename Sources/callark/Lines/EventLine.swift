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
        case name, via, address, uid, claims
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
        guard let known = event.actor else { return }
        var actor = line.nestedContainer(keyedBy: ActorKeys.self, forKey: .actor)
        try actor.encode(known.name, forKey: .name)
        try actor.encode(known.via.rawValue, forKey: .via)
        try actor.encodeIfPresent(known.address, forKey: .address)
        try actor.encodeIfPresent(known.uid, forKey: .uid)
        if !known.claims.isEmpty { try actor.encode(known.claims, forKey: .claims) }
    }
}

extension Actor {
    /// For people: `ann (uid 1000; SUDO_USER claims bob)`, `nightly (API key; from 192.0.2.7)`.
    var words: String {
        let said = claims.sorted { $0.key < $1.key }.map { "\($0.key) claims \($0.value)" }
        let origin = address.map { ["from \($0)"] } ?? []
        let known: [String] =
            switch via {
            case .uid: uid.map { ["uid \($0)"] } ?? []
            case .key: ["API key"]
            case .oidc: ["login"]
            case .service: ["service"]
            }
        // An account without a name goes by its number.
        let isNumber = via == .uid && uid.map { "\($0)" } == name
        let shown = isNumber ? "uid \(name)" : name
        let details = (isNumber ? [] : known) + origin + said
        return details.isEmpty ? shown : "\(shown) (\(details.joined(separator: "; ")))"
    }
}

extension Event {
    /// What is known of it besides, as the log has it.
    var words: String { detail.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") }
}
