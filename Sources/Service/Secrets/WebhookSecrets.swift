import Recordings
import Settings

/// The secrets with which the provider signs its events. A secret's file is read again when it changes.
struct WebhookSecrets: Sendable {
    private let secrets: [OrganizationName: LiveSecret]

    init(_ organizations: [OrganizationSettings]) {
        secrets = organizations.reduce(into: [:]) { secrets, organization in
            secrets[organization.name] = organization.webhookSecret.map(LiveSecret.init)
        }
    }

    /// - Returns: `nil` if the organization has none.
    /// - Throws: `SettingsError` if it cannot be read.
    func secret(of organization: OrganizationName) throws(SettingsError) -> String? {
        try secrets[organization]?.text
    }
}
