import Foundation
import Recordings

extension SettingKey<String> {
    static var archiveRoot: Self {
        Self(.archive, "root", .path, default: "/var/lib/callark", "the folder of manifest, spool and daily archives")
    }
    static var organizationID: Self {
        Self(.organization, "org_id", .word("the provider's ID of the organization"), "the organization (tenant)")
    }
    static var region: Self {
        Self(.organization, "region", .region, "the region of the tenant, which gives api_base_url")
    }
    static var clientID: Self {
        Self(.authentication, "client_id", .word("the client ID of an integration or service app"), "the app")
    }
    static var redirectURI: Self {
        Self(
            .authentication,
            "redirect_uri",
            .redirectURI,
            default: "http://localhost:8085/callark",
            "where the provider sends the browser of a login back to, as registered with the app"
        )
    }
    static var certificatesFile: Self {
        Self(.downloads, "ca_file", .path, "PEM certificates to trust in addition to the system's")
    }
}

extension SettingKey<TimeZone> {
    static var timeZone: Self {
        Self(.archive, "time_zone", .timeZone, default: "UTC", "the time zone of the archive's days")
    }
}

extension SettingKey<Int64> {
    static var minimumFreeBytes: Self {
        Self(
            .archive,
            "minimum_free_bytes",
            .integer(0...(.max), of: "bytes"),
            default: "1073741824",
            "downloads pause below this"
        )
    }
}

extension SettingKey<OrganizationName> {
    static var organizationName: Self {
        Self(.organization, "name", .organizationName, "the organization's name in files and reports")
    }
}

extension SettingKey<URL> {
    static var apiBaseURL: Self {
        Self(.organization, "api_base_url", .baseURL, "where the provider's API is: {base}/tasks")
    }
    static var oauthBaseURL: Self {
        Self(
            .organization,
            "oauth_base_url",
            .baseURL,
            default: "https://webexapis.com/v1",
            "where tokens are refreshed: {base}/access_token"
        )
    }
}

extension SettingKey<OrganizationSettings.Dialect> {
    static var dialect: Self {
        Self(.organization, "api_dialect", .choice(), default: "current", "the generation of the provider's API")
    }
}

extension SettingKey<CaptureSettings.CallMetadata> {
    static var callMetadata: Self {
        Self(
            .captures,
            "call_metadata",
            .choice(),
            default: "search",
            "the source of each call's agent, queue, numbers and outcome"
        )
    }
}

extension SettingKey<[String]> {
    static var channelTypes: Self {
        Self(.organization, "channel_types", .words, default: "telephony", "the channels whose tasks are listed")
    }
    static var scopes: Self {
        Self(.authentication, "scopes", .words, default: "cjp:config_read", "what a login asks for")
    }
    static var allowedHosts: Self {
        Self(.downloads, "allowed_hosts", .hosts, default: "", "hosts that recordings may come from; none: any")
    }
}

extension SettingKey<Bool> {
    static var crossChecksActivities: Self {
        Self(
            .organization,
            "cross_check_activities",
            .flag,
            default: "true",
            "compare the task list with agents' activities, if the provider allows it"
        )
    }
    static var crossChecksSearch: Self {
        Self(
            .organization,
            "cross_check_search",
            .flag,
            default: "true",
            "compare each day's task list with Search, if the provider allows it"
        )
    }
    static var crossChecksStatistics: Self {
        Self(
            .organization,
            "cross_check_statistics",
            .flag,
            default: "true",
            "compare each day's task list with queue statistics, if the provider allows it"
        )
    }
    static var includeSegments: Self {
        Self(.captures, "include_segments", .flag, default: "true", "ask for the segments of each call")
    }
    static var includeVirtualAgent: Self {
        Self(.captures, "include_virtual_agent", .flag, default: "false", "ask for recordings of virtual agents")
    }
}

extension SettingKey<Int> {
    static var requestsPerMinute: Self {
        Self(.organization, "requests_per_minute", .integer(1...100_000), default: "50", "API calls per minute")
    }
    static var urlExpirationMinutes: Self {
        Self(.captures, "url_expiration_minutes", .integer(1...60), default: "60", "how long signed URLs are valid")
    }
    static var horizonDays: Self {
        Self(
            .captures,
            "horizon_days",
            .integer(1...3650),
            default: "7",
            "how long to keep asking for a missing recording"
        )
    }
    static var providerRetentionDays: Self {
        Self(
            .captures,
            "provider_retention_days",
            .integer(1...36500),
            default: "1095",
            "how long the provider keeps recordings"
        )
    }
    static var organizationRetentionDays: Self {
        Self(
            .organization,
            "provider_retention_days",
            .integer(1...36500),
            "how long the provider keeps this organization's recordings"
        )
    }
    static var lookBackHours: Self {
        Self(.captures, "look_back_hours", .integer(0...8760), default: "48", "how far back each pass lists again")
    }
    static var concurrency: Self {
        Self(.downloads, "concurrency", .integer(1...512), default: "16", "how many downloads run at once")
    }
    static var attempts: Self {
        Self(.downloads, "attempts", .integer(1...100), default: "8", "attempts per recording in one pass")
    }
    static var stallSeconds: Self {
        Self(
            .downloads,
            "stall_seconds",
            .integer(1...86400),
            default: "30",
            "a download that gets nothing for this long is retried"
        )
    }
    static var leastBytesPerSecond: Self {
        Self(
            .downloads,
            "least_bytes_per_second",
            .integer(1...1_000_000_000),
            default: "1024",
            "a download slower than this, over stall_seconds, is retried"
        )
    }
    static var memoryBytes: Self {
        Self(
            .downloads,
            "memory_bytes",
            .integer(1_048_576...(.max), of: "bytes"),
            default: "33554432",
            "memory for recordings that are being received"
        )
    }
}

extension SettingKey<Int> {
    static var completePassHours: Self {
        Self(
            .alarms,
            "complete_pass_hours",
            .integer(1...8760),
            default: "36",
            "alarm if no pass has completed within this time"
        )
    }
    static var volumePercent: Self {
        Self(
            .alarms,
            "volume_percent",
            .integer(0...100),
            default: "30",
            "alarm if a day has less than this share of its weekday's usual calls"
        )
    }
    static var tokenDays: Self {
        Self(.alarms, "token_days", .integer(0...365), default: "7", "alarm if a token expires within this many days")
    }
    static var horizonHours: Self {
        Self(.alarms, "horizon_hours", .integer(0...8760), default: "24", "alarm if a gap's horizon is this near")
    }
    static var purgeDays: Self {
        Self(
            .alarms,
            "purge_days",
            .integer(0...36500),
            default: "30",
            "alarm if something missing is this close to being purged"
        )
    }
    static var anchorHours: Self {
        Self(
            .alarms,
            "anchor_hours",
            .integer(1...8760),
            default: "36",
            "alarm if no anchor has seen a checkpoint within this time"
        )
    }
    static var openDayDays: Self {
        Self(
            .alarms,
            "open_day_days",
            .integer(1...3650),
            default: "3",
            "alarm if a day is not closed this long after its end"
        )
    }
}

extension SettingKey<Int64> {
    static var alarmFreeBytes: Self {
        Self(
            .alarms,
            "free_bytes",
            .integer(0...(.max), of: "bytes"),
            default: "5368709120",
            "alarm if less than this is free"
        )
    }
}

extension SettingKey<[RawSection]> {
    static var anchors: Self {
        Self(.evidence, "anchors", .sections, default: "", "the anchors that get the logs' checkpoints")
    }
}

extension SettingKey<String> {
    static var evidenceOrigin: Self {
        Self(.evidence, "origin", .logOrigin, "what the evidence logs are called, such as archive.example/callark")
    }
    static var evidenceKeyFile: Self {
        Self(.evidence, "key_file", .path, "the key that the evidence logs are signed with")
    }
}

extension SettingKey<Int64> {
    static var checkpointSeconds: Self {
        Self(
            .evidence,
            "checkpoint_seconds",
            .integer(0...86400),
            default: "60",
            "an older checkpoint of an evidence log is replaced"
        )
    }
}

/// The keys of the legacy 1.0 records (wxcc-api 13).
extension SettingKey<URL> {
    static var legacyBaseURL: Self {
        Self(
            .legacy,
            "base_url",
            .baseURL,
            default: "https://rest.wxcc-us1.cisco.com/aws/api",
            "where the legacy records are: {base}/csrs"
        )
    }
}

extension SettingKey<String> {
    static var legacyUser: Self {
        Self(.legacy, "user", .visibleASCII("the user ID that the API key belongs to"), "the user, for the From header")
    }
    static var legacyTenantID: Self {
        Self(
            .legacy,
            "tenant_id",
            .visibleASCII("the tId of an Analyzer report's URL"),
            "the tenant, if the provider asks for one"
        )
    }
    static var legacyTenantSuffix: Self {
        Self(
            .legacy,
            "tenant_suffix",
            .headerText,
            default: ";tenantId=",
            "the text between the signature and the tenant ID"
        )
    }
}

extension SettingKey<Int> {
    static var legacyRequestsPerMinute: Self {
        Self(
            .legacy,
            "requests_per_minute",
            .integer(1...100_000),
            default: "50",
            "legacy API calls per minute"
        )
    }
}

extension KeyDescription {
    /// Every key that exists, in the order of the file.
    package static let all: [KeyDescription] = parts.flatMap(\.self)

    private static let parts: [[KeyDescription]] = [
        archiveAndOrganizations, authentication, legacy, work, audit, service, oidc, vault,
        [SettingKey.notifications.row],
    ]

    private static let authentication: [KeyDescription] = SecretKey.ofAuthentication.flatMap {
        [$0.text.row, $0.file.row]
    }

    private static let archiveAndOrganizations: [KeyDescription] = [
        SettingKey.archiveRoot.row, SettingKey.timeZone.row, SettingKey.minimumFreeBytes.row,
        SettingKey.organizationName.row, SettingKey.organizationID.row, SettingKey.region.row,
        SettingKey.apiBaseURL.row, SettingKey.oauthBaseURL.row, SettingKey.dialect.row,
        SettingKey.channelTypes.row, SettingKey.requestsPerMinute.row, SettingKey.crossChecksActivities.row,
        SettingKey.crossChecksSearch.row, SettingKey.crossChecksStatistics.row,
        SettingKey.organizationRetentionDays.row, SecretKey.webhookSecret.text.row,
        SecretKey.webhookSecret.file.row, SettingKey.clientID.row,
    ]

    /// The keys of logins, captures, downloads, alarms and the evidence log.
    private static let work: [KeyDescription] = [
        SettingKey.redirectURI.row, SettingKey.scopes.row,
        SettingKey.includeSegments.row, SettingKey.includeVirtualAgent.row, SettingKey.urlExpirationMinutes.row,
        SettingKey.horizonDays.row, SettingKey.lookBackHours.row, SettingKey.providerRetentionDays.row,
        SettingKey.callMetadata.row,
        SettingKey.concurrency.row, SettingKey.attempts.row, SettingKey.stallSeconds.row,
        SettingKey.leastBytesPerSecond.row, SettingKey.allowedHosts.row,
        SettingKey.memoryBytes.row, SettingKey.certificatesFile.row, SettingKey.completePassHours.row,
        SettingKey.volumePercent.row, SettingKey.tokenDays.row, SettingKey.horizonHours.row,
        SettingKey.purgeDays.row, SettingKey.openDayDays.row, SettingKey.anchorHours.row,
        SettingKey.alarmFreeBytes.row, SettingKey.anchors.row,
        SettingKey.evidenceOrigin.row, SettingKey.evidenceKeyFile.row, SettingKey.checkpointSeconds.row,
    ]

    /// The keys of `legacy`; any of them switches it on.
    static let legacy: [KeyDescription] = [
        SettingKey.legacyBaseURL.row, SettingKey.legacyUser.row, SecretKey.legacyAPIKey.text.row,
        SecretKey.legacyAPIKey.file.row, SettingKey.legacyTenantID.row, SettingKey.legacyTenantSuffix.row,
        SettingKey.legacyRequestsPerMinute.row,
    ]
}
