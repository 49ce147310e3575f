import Recordings

/// The actor of an entry, as the log has it.
extension Actor {
    var json: JSONValue {
        var members = [JSONMember("name", .string(name)), JSONMember("via", .string(via.rawValue))]
        if let uid { members.append(JSONMember("uid", .number(String(uid)))) }
        if let address { members.append(JSONMember("address", .string(address))) }
        if !claims.isEmpty {
            members.append(JSONMember("claims", .object(claims.map { JSONMember($0.key, .string($0.value)) })))
        }
        return .object(members)
    }

    /// - Returns: `nil` if `json` names no one.
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
