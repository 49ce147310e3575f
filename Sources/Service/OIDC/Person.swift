import Recordings
import Settings

/// Someone whom the organization's identity provider knows.
struct Person: Sendable, Hashable {
    let issuer: String
    /// The provider's ID of the person, which it never gives to anyone else. The evidence log identifies the person by
    /// it.
    let subject: String
    /// The name as the provider shows it; it may change.
    let name: String
    let groups: [String]
    /// When the token that says so expires.
    let expiresTime: Timestamp?

    /// What the person may do: the first group of the configuration that the person is in counts.
    /// - Returns: `nil` if the person is in none of them.
    func grant(_ settings: OIDCSettings) -> (role: Role, organizations: Set<OrganizationName>?)? {
        for grant in settings.grants where groups.contains(grant.group) {
            guard let role = Role(rawValue: grant.role) else { continue }
            return (role, grant.organizations.map(Set.init))
        }
        return nil
    }
}
