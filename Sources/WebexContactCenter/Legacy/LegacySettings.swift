import Foundation
import Recordings

/// Everything that is needed to reach the legacy 1.0 records of one organization (wxcc-api 13.2).
package struct LegacySettings: Sendable {
    /// Callark's own name for the organization, for messages.
    package var organization: OrganizationName
    /// `{base}/csrs`; a slash at its end is tolerated.
    package var baseURL: URL
    /// The user that the API key belongs to, sent as `From` and signed.
    package var user: String
    /// The key that signs the user: its text is used, not decoded.
    package var apiKey: Secret
    /// The tenant, if the host serves several.
    package var tenantID: String?
    /// The text between the signature and the tenant.
    package var tenantSuffix: String
    /// How many calls are made a minute; at least one.
    package var requestsPerMinute: Int

    /// States all of it; nothing is looked up.
    package init(
        organization: OrganizationName,
        baseURL: URL,
        user: String,
        apiKey: Secret,
        tenantID: String? = nil,
        tenantSuffix: String = ";tenantId=",
        requestsPerMinute: Int = 50
    ) {
        self.organization = organization
        self.baseURL = baseURL
        self.user = user
        self.apiKey = apiKey
        self.tenantID = tenantID
        self.tenantSuffix = tenantSuffix
        self.requestsPerMinute = requestsPerMinute
    }
}
