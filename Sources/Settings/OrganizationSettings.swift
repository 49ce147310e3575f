import Foundation
import Recordings

/// One organization (tenant) of the provider's whose recordings are archived.
package struct OrganizationSettings: Sendable {
    package var name: OrganizationName
    package var organizationID: OrganizationID
    /// The provider's label of the region that the tenant lives in, such as `us1`; `nil` where only a base URL is given.
    package var region: String?
    /// `{base}/tasks`, `{base}/captures/query`: https, or http of a loopback address; no slash at its end.
    package var apiBaseURL: URL
    /// `{base}/access_token`: https, or http of a loopback address; no slash at its end.
    package var oauthBaseURL: URL
    package var dialect: Dialect
    package var credentials: Credentials
    /// How the first token pair is come by where no refresh token is configured.
    package var login: LoginSettings
    /// The channels whose tasks are listed, in the provider's words; never empty.
    package var channelTypes: [String]
    /// The part of the provider's quota that all API calls of this organization share.
    package var requestsPerMinute: Int
    /// Whether the listing of tasks is held against agents' activities, where the provider allows it.
    package var crossChecksActivities: Bool
    /// Whether it is held against Search, where the provider allows it.
    package var crossChecksSearch: Bool
    /// Whether that was said in so many words, and is not the default.
    package var demandsSearch: Bool
    /// Whether it is held against queue statistics, where the provider allows it.
    package var crossChecksStatistics: Bool
    /// How long the provider keeps its recordings; `nil` for the time of all.
    package var providerRetention: Duration?
    /// How the legacy records are reached; `nil` where they are switched off, as they are by default.
    package var legacy: Legacy?

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
        legacy: Legacy? = nil
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
    }

    /// All secrets that are configured for it.
    package var secrets: [SecretSource] {
        let ofTokens =
            switch credentials {
            case .bearer(let token): [token]
            case .refreshing(_, let clientSecret, let refreshToken): [clientSecret] + [refreshToken].compactMap(\.self)
            }
        return ofTokens + [legacy?.apiKey].compactMap(\.self)
    }

    /// Which generation of the provider's API the base URL answers in (wxcc-api 2.1, 6).
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
        /// `nil` where the host asks for none.
        package var tenantID: String?
        /// What stands between the signature and the tenant ID.
        package var tenantSuffix: String
        package var requestsPerMinute: Int
    }

    /// How Callark shows who it is.
    package enum Credentials: Sendable {
        /// An access token that is refreshed; `refreshToken` is the first one, `nil` where a login brings it. The newest
        /// is kept by Callark.
        case refreshing(clientID: String, clientSecret: SecretSource, refreshToken: SecretSource?)
        /// One bearer token, for as long as it lasts.
        case bearer(SecretSource)
    }
}
