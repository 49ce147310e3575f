import Recordings

/// The sender of a request, identified by its key.
struct Caller: Sendable, Hashable {
    let key: AccessKey
    /// The network address that the request came from.
    let address: String

    /// The caller as the evidence log records it.
    var actor: Actor { Actor(name: key.name.description, via: .key, address: address) }

    func permits(_ permission: Role.Permission) -> Bool { key.role.permits(permission) }

    /// Whether the caller's key includes an organization.
    func sees(_ organization: OrganizationName) -> Bool { key.organizations?.contains(organization) ?? true }
}
