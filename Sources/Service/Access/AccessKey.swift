import Recordings

/// An API key without its text, which is not stored.
package struct AccessKey: Sendable, Hashable {
    package var name: KeyName
    package var role: Role
    /// The organizations that the key can see; `nil` for all.
    package var organizations: Set<OrganizationName>?
    package var createdTime: Timestamp
    /// The account or key that created it.
    package var createdBy: String
    /// When it expires; `nil` for never.
    package var expiresTime: Timestamp?
    /// When it was revoked; `nil` if it was not.
    package var revokedTime: Timestamp?
    /// When it was last used, to the minute; `nil` if it never was.
    package var lastUsedTime: Timestamp?

    package init(
        name: KeyName,
        role: Role,
        organizations: Set<OrganizationName>?,
        createdTime: Timestamp,
        createdBy: String,
        expiresTime: Timestamp? = nil,
        revokedTime: Timestamp? = nil,
        lastUsedTime: Timestamp? = nil
    ) {
        self.name = name
        self.role = role
        self.organizations = organizations
        self.createdTime = createdTime
        self.createdBy = createdBy
        self.expiresTime = expiresTime
        self.revokedTime = revokedTime
        self.lastUsedTime = lastUsedTime
    }

    /// Whether a key is accepted, and if not, why.
    package enum Standing: String, Sendable, Hashable, Codable {
        case valid, expired, revoked
    }

    /// Whether the key is accepted at `now`.
    package func standing(at now: Timestamp) -> Standing {
        if revokedTime != nil { return .revoked }
        if let expiresTime, now >= expiresTime { return .expired }
        return .valid
    }
}
