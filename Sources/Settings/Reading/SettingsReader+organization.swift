import Foundation
import Recordings

extension SettingsReader {
    mutating func organization(_ owner: Owner) -> OrganizationSettings? {
        let name = required(.organizationName, of: owner)
        let identifier = required(.organizationID, of: owner).flatMap { OrganizationID($0) }
        let region = value(.region, of: owner, shown: { $0 })
        let dialect = value(.dialect, of: owner)
        let apiBaseURL = dialect.flatMap { self.apiBaseURL(of: owner, region: region, dialect: $0) }
        let oauthBaseURL = value(.oauthBaseURL, of: owner, shown: \.absoluteString)
        let channelTypes = value(.channelTypes, of: owner) { "[\($0.joined(separator: ", "))]" }
        let requestsPerMinute = value(.requestsPerMinute, of: owner)
        let crossChecksActivities = value(.crossChecksActivities, of: owner)
        let crossChecksSearch = value(.crossChecksSearch, of: owner)
        let crossChecksStatistics = value(.crossChecksStatistics, of: owner)
        let retention = value(.organizationRetentionDays, of: owner).map { Duration.hours(24 * $0) }
        let credentials = credentials(of: owner)
        let login = login(of: owner)
        let legacy = legacy(of: owner)
        let webhookKeys = [SecretKey.webhookSecret.text.row, SecretKey.webhookSecret.file.row]
        let hasWebhooks = webhookKeys.contains { owner.raw($0) != nil }
        let webhookSecret = hasWebhooks ? secret(.webhookSecret, of: owner) : nil
        guard let name, let identifier, let dialect, let apiBaseURL, let oauthBaseURL, let channelTypes,
            let requestsPerMinute, let crossChecksActivities, let crossChecksSearch, let crossChecksStatistics,
            let credentials, let login
        else { return nil }
        return OrganizationSettings(
            name: name,
            organizationID: identifier,
            region: region,
            apiBaseURL: apiBaseURL,
            oauthBaseURL: oauthBaseURL,
            dialect: dialect,
            credentials: credentials,
            login: login,
            channelTypes: channelTypes,
            requestsPerMinute: requestsPerMinute,
            crossChecksActivities: crossChecksActivities,
            crossChecksSearch: crossChecksSearch,
            demandsSearch: crossChecksSearch && owner.raw(SettingKey.crossChecksSearch.row) != nil,
            crossChecksStatistics: crossChecksStatistics,
            providerRetention: retention,
            legacy: legacy,
            webhookSecret: webhookSecret
        )
    }

    private mutating func login(of owner: Owner) -> LoginSettings? {
        let redirectURI = value(.redirectURI, of: owner, shown: { $0 })
        let scopes = value(.scopes, of: owner) { "[\($0.joined(separator: ", "))]" }
        guard let redirectURI, let scopes else { return nil }
        return LoginSettings(redirectURI: redirectURI, scopes: scopes)
    }

    /// The configured one, otherwise that of the early-access API, otherwise the region's.
    private mutating func apiBaseURL(
        of owner: Owner,
        region: String?,
        dialect: OrganizationSettings.Dialect
    ) -> URL? {
        if let raw = owner.raw(SettingKey.apiBaseURL.row) {
            let url = value(.apiBaseURL, of: owner, shown: \.absoluteString)
            if let url, let region { checkRegion(region, against: url, raw.origin) }
            return url
        }
        if dialect == .earlyAccess {
            return derived("https://webexapis.com/v1/contactCenter", from: SettingKey.dialect.row, of: owner)
        }
        guard let raw = owner.raw(SettingKey.region.row) else {
            let name = owner.label ?? "organizations[]"
            report(.missingKey, owner.origin, "\(name).region is missing; give it, or \(name).api_base_url")
            return nil
        }
        guard let region else { return nil }
        if !Region.known.contains(region) {
            let known = Region.known.joined(separator: ", ")
            warn(raw.origin, "region \"\(region)\" is not one that this version knows (\(known)); check it")
        }
        return derived(Region.apiBaseURL(region), from: SettingKey.region.row, of: owner)
    }

    private mutating func derived(_ text: String, from key: KeyDescription, of owner: Owner) -> URL? {
        show(SettingKey.apiBaseURL.row, of: owner, text, .derived(from: key.path(in: owner.label)))
        return URL(string: text)
    }

    private mutating func checkRegion(_ region: String, against url: URL, _ origin: ValueOrigin) {
        guard let host = url.host()?.lowercased(), host.hasPrefix("api.wxcc-"), host != Region.apiHost(region) else {
            return
        }
        warn(origin, "api_base_url is not the one of region \"\(region)\"; api_base_url is used")
    }
}

/// The regions of the provider (wxcc-api 2.2).
private enum Region {
    /// The known ones; more may exist.
    static let known = ["us1", "eu1", "eu2", "anz1", "ca1", "jp1", "sg1", "in1"]

    static func apiHost(_ region: String) -> String { "api.wxcc-\(region).cisco.com" }

    static func apiBaseURL(_ region: String) -> String { "https://\(apiHost(region))/v1" }
}
