import Foundation
import Recordings

/// Everything that is needed to reach one organization at the provider.
package struct ProviderSettings: Sendable {
    /// Callark's own name for the organization, for messages.
    package var organization: OrganizationName
    /// The provider's identifier, sent with every call and compared with every token and answer.
    package var organizationID: OrganizationID
    /// `{base}/tasks` and `{base}/captures/query`; a slash at its end is tolerated.
    package var apiBaseURL: URL
    /// `{base}/access_token`; a slash at its end is tolerated.
    package var oauthBaseURL: URL
    /// How the body of a captures query is written.
    package var dialect: APIDialect
    /// The kinds of contact to list, such as `telephony`; none means all.
    package var channelTypes: [String]
    /// The organization's own share of the provider's quota; at least one.
    package var requestsPerMinute: Int
    /// How many of them a client with these settings may make; `nil` for all.
    package var requestShare: Int?
    /// Whether the task list is compared with agents' activities.
    package var crossChecksActivities: Bool
    /// Whether it is compared with Search, which the early-access platform does not have.
    package var crossChecksSearch: Bool
    /// Whether the configuration explicitly requires the comparison with Search.
    package var demandsSearch: Bool
    /// Whether it is compared with queue statistics, until the provider ends them.
    package var crossChecksStatistics: Bool
    /// How to get the organization's access token.
    package var credentials: Credentials

    /// States all of it; nothing is looked up.
    package init(
        organization: OrganizationName,
        organizationID: OrganizationID,
        apiBaseURL: URL,
        oauthBaseURL: URL,
        dialect: APIDialect = .current,
        channelTypes: [String] = ["telephony"],
        requestsPerMinute: Int = 50,
        crossChecksActivities: Bool = true,
        crossChecksSearch: Bool = true,
        demandsSearch: Bool = false,
        crossChecksStatistics: Bool = true,
        credentials: Credentials
    ) {
        self.organization = organization
        self.organizationID = organizationID
        self.apiBaseURL = apiBaseURL
        self.oauthBaseURL = oauthBaseURL
        self.dialect = dialect
        self.channelTypes = channelTypes
        self.requestsPerMinute = requestsPerMinute
        requestShare = nil
        self.crossChecksActivities = crossChecksActivities
        self.crossChecksStatistics = crossChecksStatistics
        self.crossChecksSearch = crossChecksSearch && dialect.hasSearch
        self.demandsSearch = demandsSearch
        self.credentials = credentials
    }
}

extension ProviderSettings {
    /// How many requests a client with these settings makes a minute at most.
    package var pace: Int { max(1, min(requestShare ?? requestsPerMinute, requestsPerMinute)) }
}

/// The two platforms of the interface, which differ in the form of a captures query (wxcc-api 6.1) and in the calls
/// that they have.
package enum APIDialect: String, Sendable, CaseIterable {
    /// The fields inside a `query` object.
    case current
    /// The fields at the top level, as in the 2021 lab guide.
    case earlyAccess = "early_access"
}

/// How to get an organization's access token.
package enum Credentials: Sendable {
    /// A refresh token that is exchanged when needed. `refreshToken` is the first one, or `nil` if a ``Login`` provides
    /// it. The newest pair is kept in the JSON file at the path `store`, whose folder is created if it is missing.
    case refreshing(clientID: String, clientSecret: Secret, refreshToken: Secret?, store: String)
    /// One access token, used until the provider refuses it.
    case bearer(Secret)
}
