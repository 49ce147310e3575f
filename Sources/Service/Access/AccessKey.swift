import Recordings

/// An API key as the service knows it: everything but its text.
package struct AccessKey: Sendable, Hashable {
    package var name: KeyName
    package var role: Role
    /// The organizations that exist for it; `nil` for all.
    package var organizations: Set<OrganizationName>?
    package var createdTime: Timestamp
    /// The account or key that created it.
    package var createdBy: String
    /// From when on it is refused; `nil` for never.
    package var expiresTime: Timestamp?
    /// When it was revoked; `nil` if it was not.
    package var revokedTime: Timestamp?
    /// When it was used last, to the minute; `nil` for never.
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

    /// Whether it opens anything.
    package enum Standing: String, Sendable, Hashable, Codable {
        case valid, expired, revoked
    }

    /// Whether it opens anything at `now`.
    package func standing(at now: Timestamp) -> Standing {
        if revokedTime != nil { return .revoked }
        if let expiresTime, now >= expiresTime { return .expired }
        return .valid
    }
}
