/// The person or service on whose account something was done, as the operating system knows it, so that no one acts
/// under another name by setting a variable.
package struct Actor: Hashable, Sendable {
    /// The name of the account, or its number if it has no name, as in a container.
    package var name: String
    /// The real user ID of the process (getuid(2)).
    package var uid: UInt32
    /// What the environment adds, by the variable's name (`SUDO_USER`): anyone can claim anything there.
    package var claims: [String: String]

    package init(name: String, uid: UInt32, claims: [String: String] = [:]) {
        self.name = name
        self.uid = uid
        self.claims = claims
    }

    /// The members of an event's detail that say who did it.
    package var eventDetail: [String: String] {
        var detail = ["author": name, "author_uid": String(uid)]
        for (variable, claim) in claims { detail[Self.claimMark + variable.lowercased()] = claim }
        return detail
    }

    /// The actor that an event's detail names.
    /// - Returns: `nil` if it names none with an account's number, as in events of earlier versions.
    package init?(eventDetail detail: [String: String]) {
        guard let name = detail["author"], let uid = detail["author_uid"].flatMap(UInt32.init) else { return nil }
        self.init(name: name, uid: uid)
        for (key, claim) in detail where key.hasPrefix(Self.claimMark) {
            claims[key.dropFirst(Self.claimMark.count).uppercased()] = claim
        }
    }

    /// An event's detail without its actor. Where no account acted, nothing claims to be one: `claimed_by` is then the word
    /// of another source about a call.
    package static func removed(from detail: [String: String]) -> [String: String] {
        let hasClaims = Actor(eventDetail: detail) != nil
        return detail.filter { key, _ in
            key != "author" && key != "author_uid" && !(hasClaims && key.hasPrefix(claimMark))
        }
    }

    private static let claimMark = "claimed_"
}
