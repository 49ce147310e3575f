/// A tenant of the simulated provider, with its administrator's credentials.
package struct SimulatedOrganization: Sendable, Hashable {
    /// The name that a configuration file would use for it.
    package var name: String
    /// The provider's identifier of it, a UUID.
    package var id: String
    /// The client that its administrator registered.
    package var clientID: String
    /// That client's secret.
    package var clientSecret: String
    /// The first refresh token.
    package var refreshToken: String
    /// The user for its legacy records (wxcc-api 13.2).
    package var legacyUser: String
    /// That user's API key.
    package var legacyKey: String
    /// The tenant's identifier in the legacy records.
    package var tenantID: String

    /// Credentials follow from the name; change them afterwards if others are needed.
    package init(name: String, id: String) {
        self.name = name
        self.id = id
        clientID = "C\(name)-integration"
        clientSecret = "secret-of-\(name)"
        refreshToken = "\(name.uppercased())FIRSTREFRESH_P0A1_\(id)"
        legacyUser = "archiver@\(name).example.com"
        legacyKey = "legacy-key-of-\(name)"
        tenantID = String(10_000 + id.hashed % 90_000)
    }

    /// The tenant that the examples of Callark's interface use.
    package static let acme = SimulatedOrganization(name: "acme", id: "93912f11-6017-404b-bf14-5331890b1797")
}
