import Recordings

/// `{"type":"me", …}`: the caller, and its session if it has one.
struct MeLine: Encodable {
    private let caller: Caller

    init(_ caller: Caller) {
        self.caller = caller
    }

    private enum CodingKeys: String, CodingKey {
        case type, name, role, organizations, session
        case displayName = "display_name"
        case expiresTime = "expires_time"
    }

    private struct Session: Encodable {
        var id: String
        var expiresTime: String
        var formToken: String

        enum CodingKeys: String, CodingKey {
            case id
            case expiresTime = "expires_time"
            case formToken = "form_token"
        }
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode("me", forKey: .type)
        try object.encode(caller.name, forKey: .name)
        try object.encode(caller.displayName, forKey: .displayName)
        try object.encode(caller.role, forKey: .role)
        try object.encode(caller.organizations.map { $0.sorted().map(\.description) }, forKey: .organizations)
        try object.encode(caller.expiresTime?.description, forKey: .expiresTime)
        let session = caller.session.map {
            Session(id: $0.id, expiresTime: $0.expiresTime.description, formToken: $0.formToken)
        }
        try object.encode(session, forKey: .session)
    }
}
