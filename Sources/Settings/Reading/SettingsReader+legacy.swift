import Foundation

extension SettingsReader {
    /// How the legacy records are reached; `nil` if none of its keys is given, which switches them off, or if one is
    /// bad.
    mutating func legacy(of owner: Owner) -> OrganizationSettings.Legacy? {
        guard !owner.hasMalformedLegacy, KeyDescription.legacy.contains(where: { owner.raw($0) != nil }) else {
            return nil
        }
        let baseURL = value(.legacyBaseURL, of: owner, shown: \.absoluteString)
        let user = required(.legacyUser, of: owner)
        let apiKey = secret(.legacyAPIKey, of: owner)
        let tenantID = value(.legacyTenantID, of: owner)
        let tenantSuffix = value(.legacyTenantSuffix, of: owner)
        let requestsPerMinute = value(.legacyRequestsPerMinute, of: owner)
        guard let baseURL, let user, let apiKey, let tenantSuffix, let requestsPerMinute else { return nil }
        return OrganizationSettings.Legacy(
            baseURL: baseURL,
            user: user,
            apiKey: apiKey,
            tenantID: tenantID,
            tenantSuffix: tenantSuffix,
            requestsPerMinute: requestsPerMinute
        )
    }
}
