import Recordings

/// Who did what an entry is about.
package struct LogActor: Hashable, Sendable {
    /// How it is known who acts.
    package enum Via: String, Hashable, Sendable {
        /// The account that runs the process, as the system knows it.
        case uid
        /// An API key of the service.
        case key
        /// A login at an identity provider.
        case oidc
        /// Callark itself: a pass, a schedule, a check.
        case service
    }

    /// Of the account, the key, or the subject of the login.
    package var name: String
    /// How that is known.
    package var via: Via
    /// The number of the account.
    package var uid: UInt32?
    /// Where a request came from.
    package var address: String?
    /// What the environment says besides, by the variable's name (`SUDO_USER`): anybody may claim anything there.
    package var claims: [String: String]

    /// States all of it.
    package init(
        name: String,
        via: Via,
        uid: UInt32? = nil,
        address: String? = nil,
        claims: [String: String] = [:]
    ) {
        self.name = name
        self.via = via
        self.uid = uid
        self.address = address
        self.claims = claims
    }

    /// The account that runs this process.
    package init(_ actor: Actor) {
        self.init(name: actor.name, via: .uid, uid: actor.uid, claims: actor.claims)
    }

    var json: JSONValue {
        var members = [JSONMember("name", .string(name)), JSONMember("via", .string(via.rawValue))]
        if let uid { members.append(JSONMember("uid", .number(String(uid)))) }
        if let address { members.append(JSONMember("address", .string(address))) }
        if !claims.isEmpty {
            members.append(JSONMember("claims", .object(claims.map { JSONMember($0.key, .string($0.value)) })))
        }
        return .object(members)
    }

    /// - Returns: `nil` if `json` names nobody.
    init?(json: JSONValue) {
        guard case .string(let name)? = json.member("name"), case .string(let text)? = json.member("via"),
            let via = Via(rawValue: text)
        else { return nil }
        self.init(name: name, via: via)
        if case .number(let text)? = json.member("uid") { uid = UInt32(text) }
        if case .string(let text)? = json.member("address") { address = text }
        if case .object(let members)? = json.member("claims") {
            for member in members {
                if case .string(let text) = member.value { claims[member.name] = text }
            }
        }
    }
}
