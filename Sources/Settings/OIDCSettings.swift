import Recordings

/// The organization's own identity provider (OpenID Connect), and what its groups may do.
package struct OIDCSettings: Sendable, Hashable {
    /// The provider's name for itself, exactly as in its tokens: https, or http of a loopback address.
    package var issuer: String
    package var clientID: String
    /// `nil` for a public client.
    package var clientSecret: SecretSource?
    /// The claim that has a person's groups.
    package var groupsClaim: String
    /// What a login asks for; always with `openid`.
    package var scopes: [String]
    /// In the order of the configuration: the first that a person is in counts.
    package var grants: [Grant]

    /// What the members of a group may do.
    package struct Grant: Sendable, Hashable {
        package var group: String
        /// One of ``OIDCSettings/roles``.
        package var role: String
        /// `nil` for all.
        package var organizations: [OrganizationName]?

        package init(group: String, role: String, organizations: [OrganizationName]? = nil) {
            self.group = group
            self.role = role
            self.organizations = organizations
        }
    }

    /// The roles of the service.
    package static let roles = ["viewer", "reviewer", "operator", "admin", "auditor"]

    package init(
        issuer: String,
        clientID: String,
        clientSecret: SecretSource? = nil,
        groupsClaim: String = "groups",
        scopes: [String] = ["openid", "profile", "email", "groups"],
        grants: [Grant]
    ) {
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.groupsClaim = groupsClaim
        self.scopes = scopes
        self.grants = grants
    }
}
