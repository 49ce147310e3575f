import Archiver
import Files
import Manifest
import Recordings
import Settings
import Transfer
import WebexContactCenter

extension Installation {
    /// Everything that a pass, or other work on the archive, needs.
    /// - Throws: `SettingsError` for a secret that cannot be read.
    package var setup: CallArchive.Setup {
        get throws {
            var setup = CallArchive.Setup(
                root: root,
                manifest: manifest,
                queue: queue,
                rules: rules,
                providers: try settings.organizations.map(provider),
                contactCenters: contactCenters,
                actor: actor,
                logger: logger,
                command: command
            )
            setup.vault = vault
            return setup
        }
    }

    /// Opens the archive for exclusive work, then closes it and all connections.
    /// - Throws: `SettingsError` for a secret that cannot be read; errors of `CallArchive.withOpen`.
    package func withArchive<Value: Sendable>(
        stop: StopRequest,
        observer: @escaping PassObserver,
        _ work: (CallArchive) async throws -> Value
    ) async throws -> Value {
        let setup = try setup
        return try await closing {
            try await CallArchive.withOpen(setup, stop: stop, observer: observer, work)
        }
    }

    /// The settings for reaching an organization at the provider.
    /// - Throws: `SettingsError` for a secret that cannot be read.
    package func provider(_ organization: OrganizationSettings) throws -> ProviderSettings {
        ProviderSettings(
            organization: organization.name,
            organizationID: organization.organizationID,
            apiBaseURL: organization.apiBaseURL,
            oauthBaseURL: organization.oauthBaseURL,
            dialect: Self.dialect(of: organization),
            channelTypes: organization.channelTypes,
            requestsPerMinute: organization.requestsPerMinute,
            crossChecksActivities: organization.crossChecksActivities,
            crossChecksSearch: organization.crossChecksSearch,
            demandsSearch: organization.demandsSearch,
            crossChecksStatistics: organization.crossChecksStatistics,
            credentials: try credentials(of: organization)
        )
    }

    /// Which of the provider's platforms an organization is on.
    package static func dialect(of organization: OrganizationSettings) -> APIDialect {
        organization.dialect == .current ? .current : .earlyAccess
    }

    private func credentials(of organization: OrganizationSettings) throws -> Credentials {
        switch organization.credentials {
        case .bearer(let token):
            .bearer(Secret(try token.reveal()))
        case .refreshing(let clientID, let clientSecret, let refreshToken):
            .refreshing(
                clientID: clientID,
                clientSecret: Secret(try clientSecret.reveal()),
                refreshToken: try refreshToken.map { Secret(try $0.reveal()) },
                store: root.credentialsPath(organization.name)
            )
        }
    }

    private var rules: PassSettings {
        PassSettings(
            timeZone: settings.archive.timeZone,
            captureOptions: CaptureOptions(
                includeSegments: settings.captures.includeSegments,
                includeVirtualAgent: settings.captures.includeVirtualAgent,
                urlExpiration: settings.captures.urlExpiration
            ),
            askSchedule: AskSchedule(horizon: settings.captures.horizon),
            lookBack: settings.captures.lookBack,
            downloads: PassSettings.Downloads(
                concurrency: settings.downloads.concurrency,
                retry: RetryPolicy(attempts: settings.downloads.attempts),
                stallTimeout: settings.downloads.stallTimeout,
                hosts: HostPolicy(allowedHosts: settings.downloads.allowedHosts),
                memoryBytes: settings.downloads.memoryBytes,
                leastBytesPerSecond: settings.downloads.leastBytesPerSecond,
                acceptsUnknown: acceptsUnknown
            ),
            minimumFreeBytes: settings.archive.minimumFreeBytes,
            retention: Dictionary(
                uniqueKeysWithValues: settings.organizations.map { ($0.name, settings.retention(of: $0.name)) }
            ),
            searchesCalls: settings.captures.callMetadata == .search,
            vault: VaultRules(
                keepLocal: settings.vault?.keepLocal,
                sealAfterTime: settings.vault?.sealAfter.time,
                sealAfterBytes: settings.vault?.sealAfter.byteCount
            )
        )
    }
}
