import Recordings

/// `{"type":"session", …}`: the session of a browser. Its token is not in it.
struct SessionLine: Encodable {
    private let listed: ServiceDatabase.ListedSession
    private let isOwn: Bool

    /// - Parameter isOwn: whether it is the session of the request.
    init(_ listed: ServiceDatabase.ListedSession, isOwn: Bool) {
        self.listed = listed
        self.isOwn = isOwn
    }

    private enum CodingKeys: String, CodingKey {
        case type, id, holder, name
        case isOwn = "own"
        case displayName = "display_name"
        case createdTime = "created_time"
        case lastUsedTime = "last_used_time"
        case expiresTime = "expires_time"
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode("session", forKey: .type)
        try line.encode(listed.session.id, forKey: .id)
        switch listed.holder {
        case .key:
            try line.encode("key", forKey: .holder)
            try line.encodeNil(forKey: .displayName)
        case .person(let person):
            try line.encode("person", forKey: .holder)
            try line.encode(person.name == person.subject ? nil : person.name, forKey: .displayName)
        }
        try line.encode(listed.holder.name, forKey: .name)
        try line.encode(isOwn, forKey: .isOwn)
        try line.encode(listed.session.createdTime.description, forKey: .createdTime)
        try line.encode(listed.session.lastUsedTime.description, forKey: .lastUsedTime)
        try line.encode(listed.session.expiresTime.description, forKey: .expiresTime)
    }
}
