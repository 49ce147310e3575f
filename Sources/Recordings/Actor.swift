/// The person or service on whose account something was done, as the operating system knows it, so that nobody acts under
/// another name by setting a variable.
package struct Actor: Hashable, Sendable {
    /// The name of the account, or its number where it has none, as in a container.
    package var name: String
    /// The real user ID of the process (getuid(2)).
    package var uid: UInt32
    /// What the environment says besides, by the variable's name (`SUDO_USER`): anybody may claim anything there.
    package var claims: [String: String]

    package init(name: String, uid: UInt32, claims: [String: String] = [:]) {
        self.name = name
        self.uid = uid
        self.claims = claims
    }

    /// The members of an event's detail that say who did it.
    package var eventDetail: [String: String] {
        var detail = ["author": name, "author_uid": String(uid)]
        for (variable, claim) in claims { detail["claimed_\(variable.lowercased())"] = claim }
        return detail
    }
}
