/// The person or service on whose behalf something was done: as the operating system knows it, so that no one can act
/// under another name by setting a variable, or as the service admitted them.
package struct Actor: Hashable, Sendable {
    /// How the actor is known.
    package enum Via: String, Hashable, Sendable, CaseIterable {
        /// By the account of a process on this machine.
        case uid
        /// By an API key of the service.
        case key
        /// By a login with the organization's own identity provider (OpenID Connect).
        case oidc
        /// It was the service itself, on its schedule.
        case service
    }

    /// The name of the account, or its number if it has none, as in a container; of the key; of the person who logged in.
    package var name: String
    package var via: Via
    /// The network address that a request came from; `nil` for a process on this machine.
    package var address: String?
    /// The real user ID of the process (getuid(2)); `nil` if it was not recorded, or there was none.
    package var uid: UInt32?
    /// What the environment adds, by the variable's name (`SUDO_USER`): anyone can claim anything there.
    package var claims: [String: String]

    package init(
        name: String,
        via: Via,
        address: String? = nil,
        uid: UInt32? = nil,
        claims: [String: String] = [:]
    ) {
        self.name = name
        self.via = via
        self.address = address
        self.uid = uid
        self.claims = claims
    }

    /// The service itself.
    package static let service = Actor(name: "callark", via: .service)

    /// The account of a process on this machine.
    package init(name: String, uid: UInt32?, claims: [String: String] = [:]) {
        self.init(name: name, via: .uid, uid: uid, claims: claims)
    }
}
