import Recordings

/// Who asks: somebody with a key.
struct Caller: Sendable, Hashable {
    let key: AccessKey
    /// The network address that the request came from.
    let address: String

    /// As the evidence log has it.
    var actor: Actor { Actor(name: key.name.description, via: .key, address: address) }

    func permits(_ permission: Role.Permission) -> Bool { key.role.permits(permission) }

    /// Whether an organization exists for the caller.
    func sees(_ organization: OrganizationName) -> Bool { key.organizations?.contains(organization) ?? true }
}
