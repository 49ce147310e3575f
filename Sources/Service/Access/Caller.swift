import Recordings

/// The sender of a request: someone with an API key, or a person who logged in with the organization's identity provider.
struct Caller: Sendable, Hashable {
    /// The name of the key, or the subject at the identity provider.
    let name: String
    /// How the caller is known.
    let via: Actor.Via
    let role: Role
    /// The organizations that the caller can see; `nil` for all.
    let organizations: Set<OrganizationName>?
    /// When the caller's key expires; `nil` for never.
    let expiresTime: Timestamp?
    /// The name as the identity provider shows it, if that is another.
    let displayName: String?
    /// The network address that the request came from.
    let address: String
    /// The browser session that the request belongs to; `nil` if it had a key of its own.
    let session: BrowserSession?

    init(_ key: AccessKey, address: String, session: BrowserSession? = nil) {
        name = key.name.description
        via = .key
        role = key.role
        organizations = key.organizations
        expiresTime = key.expiresTime
        displayName = nil
        self.address = address
        self.session = session
    }

    init(
        _ person: Person,
        _ role: Role,
        _ organizations: Set<OrganizationName>?,
        address: String,
        session: BrowserSession? = nil
    ) {
        name = person.subject
        via = .oidc
        self.role = role
        self.organizations = organizations
        expiresTime = person.expiresTime
        displayName = person.name == person.subject ? nil : person.name
        self.address = address
        self.session = session
    }

    /// The caller as the evidence log records it.
    var actor: Actor {
        let claims = displayName.map { ["name": $0] } ?? [:]
        return Actor(name: name, via: via, address: address, claims: claims)
    }

    func permits(_ permission: Role.Permission) -> Bool { role.permits(permission) }

    /// Whether the caller may see an organization.
    func sees(_ organization: OrganizationName) -> Bool { organizations?.contains(organization) ?? true }
}
