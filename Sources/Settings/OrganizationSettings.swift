import Foundation
import Recordings

/// One organization (tenant) at the provider whose recordings are archived.
package struct OrganizationSettings: Sendable {
    package var name: OrganizationName
    package var organizationID: OrganizationID
    /// The provider's label of the region that the tenant lives in, such as `us1`; `nil` if only a base URL is given.
    package var region: String?
    /// `{base}/tasks`, `{base}/captures/query`: https, or http of a loopback address; no slash at its end.
    package var apiBaseURL: URL
    /// `{base}/access_token`: https, or http of a loopback address; no slash at its end.
    package var oauthBaseURL: URL
    package var dialect: Dialect
    package var credentials: Credentials
    /// How to get the first token pair if no refresh token is configured.
    package var login: LoginSettings
    /// The channels whose tasks are listed, in the provider's words; never empty.
    package var channelTypes: [String]
    /// The part of the provider's quota that is shared by all API calls of this organization.
    package var requestsPerMinute: Int
    /// Whether the task list is compared with agents' activities, if the provider allows it.
    package var crossChecksActivities: Bool
    /// Whether it is compared with Search, if the provider allows it.
    package var crossChecksSearch: Bool
    /// Whether this was configured explicitly, and is not the default.
    package var demandsSearch: Bool
    /// Whether it is compared with queue statistics, if the provider allows it.
    package var crossChecksStatistics: Bool
    /// How long the provider keeps its recordings; `nil` for the common value.
    package var providerRetention: Duration?
    /// How the legacy records are reached; `nil` if they are switched off, as they are by default.
    package var legacy: Legacy?
    /// What the provider signs its webhooks with; `nil` if it sends none.
    package var webhookSecret: SecretSource?

    package init(
        name: OrganizationName,
        organizationID: OrganizationID,
        region: String?,
        apiBaseURL: URL,
        oauthBaseURL: URL,
        dialect: Dialect,
        credentials: Credentials,
        login: LoginSettings,
        channelTypes: [String],
        requestsPerMinute: Int,
        crossChecksActivities: Bool,
        crossChecksSearch: Bool,
        demandsSearch: Bool = false,
        crossChecksStatistics: Bool,
        providerRetention: Duration? = nil,
        legacy: Legacy? = nil,
        webhookSecret: SecretSource? = nil
    ) {
        self.name = name
        self.organizationID = organizationID
        self.region = region
        self.apiBaseURL = apiBaseURL
        self.oauthBaseURL = oauthBaseURL
        self.dialect = dialect
        self.credentials = credentials
        self.login = login
        self.channelTypes = channelTypes
        self.requestsPerMinute = requestsPerMinute
        self.crossChecksActivities = crossChecksActivities
        self.crossChecksSearch = crossChecksSearch
        self.demandsSearch = demandsSearch
        self.crossChecksStatistics = crossChecksStatistics
        self.providerRetention = providerRetention
        self.legacy = legacy
        self.webhookSecret = webhookSecret
    }

    /// All secrets that are configured for the organization.
    package var secrets: [SecretSource] {
        let ofTokens =
            switch credentials {
            case .bearer(let token): [token]
            case .refreshing(_, let clientSecret, let refreshToken): [clientSecret] + [refreshToken].compactMap(\.self)
            }
        return ofTokens + [legacy?.apiKey, webhookSecret].compactMap(\.self)
    }

    /// The generation of the provider's API at the base URL (wxcc-api 2.1, 6).
    package enum Dialect: String, Sendable, Hashable, CaseIterable {
        /// A captures query is nested in `query`.
        case current
        /// A captures query is flat, at `webexapis.com/v1/contactCenter`.
        case earlyAccess = "early_access"
    }

    /// How the legacy 1.0 records are reached (wxcc-api 13).
    package struct Legacy: Sendable {
        /// `{base}/csrs`: https, or http of a loopback address; no slash at its end.
        package var baseURL: URL
        /// The user that the API key belongs to; visible ASCII.
        package var user: String
        package var apiKey: SecretSource
        /// `nil` if the host requires none.
        package var tenantID: String?
        /// The text between the signature and the tenant ID.
        package var tenantSuffix: String
        package var requestsPerMinute: Int
    }

    /// How Callark authenticates.
    package enum Credentials: Sendable {
        /// An access token that is refreshed. `refreshToken` is the first one, `nil` if a login provides it. Callark
        /// keeps the newest.
        case refreshing(clientID: String, clientSecret: SecretSource, refreshToken: SecretSource?)
        /// One bearer token, until it expires.
        case bearer(SecretSource)
    }
}
