import Archiver
import DailyArchive
import Files
import Foundation
import Glibc
import Logging
import Manifest
import Recordings
import Settings
import Transfer
import WebexContactCenter

/// The configuration turned into what the modules below need.
struct Workplace: Sendable {
    let loaded: LoadedSettings
    let logger: Logger
    let root: ArchiveRoot
    /// Whether bytes in no format that is known are kept as recordings, as somebody said on the command line.
    var acceptsUnknown = false

    var settings: Settings { loaded.settings }
    /// By which people are told times, and calls belong to days.
    var timeZone: TimeZone { settings.archive.timeZone }

    /// Reads the configuration, and warns of what is doubtful in it.
    /// - Parameters:
    ///   - usesRoot: whether the command uses anything below the root whatever else it finds. The tokens that some
    ///     commands need besides are looked after by ``requireRoot(forTokensOf:)``.
    ///   - needsSecrets: whether the command asks the provider in any case. One that may do without gets along with secrets
    ///     that its account cannot read, until it needs one.
    /// - Throws: `SettingsError`; `ArchiveError` if the root is used and is none, such as when its disk is not mounted.
    init(_ options: CommonOptions, usesRoot: Bool = true, needsSecrets: Bool = true) throws {
        loaded = try Settings.load(
            option: options.config,
            environment: ProcessInfo.processInfo.environment,
            needsSecrets: needsSecrets
        )
        logger = Logs.logger(options)
        root = ArchiveRoot(path: loaded.settings.archive.root)
        loaded.warnings.forEach(Complaint.warning)
        if usesRoot { try root.identity() }
    }

    /// Tokens that are renewed are kept below the root; one bearer token needs none.
    /// - Throws: `ArchiveError` if the organization's tokens are renewed and the root is none.
    func requireRoot(forTokensOf organization: OrganizationSettings) throws(ArchiveError) {
        if case .refreshing = organization.credentials { try root.identity() }
    }

    /// The organizations that a command is about: those named, or all.
    /// - Throws: ``CommandError`` with exit code 66 for a name that the configuration does not have.
    func organizations(named names: [OrganizationName]) throws -> [OrganizationName] {
        let configured = settings.organizations.map(\.name)
        for name in names where !configured.contains(name) {
            let known = configured.map(\.description).joined(separator: ", ")
            throw CommandError.unknown("organization", [name.description], "\(loaded.path) has \(known)")
        }
        return names.isEmpty ? configured : configured.filter(names.contains)
    }

    /// Says so where the root is on a network file system, whatever the command goes on to do.
    func warnOfNetworkFileSystem() {
        guard let name = try? root.networkFileSystem() else { return }
        Complaint.warning(
            "\(root.path) is on a network file system (\(name)), on which SQLite's write-ahead log is not reliable; "
                + "choose an archive.root on a local disk"
        )
    }

    /// Opens the archive for work, alone.
    func withArchive<Value: Sendable>(
        stop: StopRequest,
        observer: @escaping PassObserver,
        _ work: (CallArchive) async throws -> Value
    ) async throws -> Value {
        try await CallArchive.withOpen(try setup, stop: stop, observer: observer, work)
    }

    var now: Timestamp { Timestamp(Date()) }

    /// From where the manifest is judged at this moment, in matters of an organization.
    func standpoint(of organization: OrganizationName) -> Standpoint {
        let now = now
        return Standpoint(
            now: now,
            today: ArchiveDay(now, in: settings.archive.timeZone),
            horizon: settings.captures.horizon,
            retention: settings.retention(of: organization)
        )
    }

    /// The same, and which archives are not on the disk as they were sealed.
    /// - Parameter days: whose archives are looked for; `nil` for those of all days.
    func standpoint(
        of organization: OrganizationName,
        _ manifest: Manifest,
        days: ClosedRange<ArchiveDay>? = nil
    ) async throws -> Standpoint {
        var standpoint = standpoint(of: organization)
        standpoint.altered = try await ArchiveSurvey(root: root, manifest: manifest)
            .altered(organization: organization, days: days)
        return standpoint
    }

    /// What looks for alarms, by the rules of the configuration.
    var watch: Watch {
        let alarms = settings.alarms
        let rules = AlarmRules(
            completePass: alarms.completePass,
            volumePercent: alarms.volumePercent,
            token: alarms.token,
            horizon: alarms.horizon,
            purge: alarms.purge,
            openDay: alarms.openDay,
            freeBytes: alarms.freeBytes
        )
        return Watch(rules: rules, timeZone: settings.archive.timeZone)
    }

    /// Whether Callark renews an organization's access token by itself.
    func hasRenewableToken(_ name: OrganizationName) -> Bool {
        guard let organization = settings.organizations.first(where: { $0.name == name }) else { return false }
        if case .refreshing = organization.credentials { return true }
        return false
    }

    /// What is kept of an organization's tokens, without asking the provider; `nil` if the configuration has no such
    /// organization.
    /// - Throws: ``TokensOutOfReach`` if this account may not read what is kept; `ProviderError`.
    func tokenStatus(of name: OrganizationName) async throws -> TokenStatus? {
        guard let organization = settings.organizations.first(where: { $0.name == name }) else { return nil }
        let store = root.credentialsPath(name)
        if access(store, R_OK) != 0, errno == EACCES { throw TokensOutOfReach(path: store) }
        let provider: ProviderSettings
        do {
            provider = try self.provider(organization)
        } catch let error as SettingsError {
            throw TokensOutOfReach(path: error.description, status: .configuration)
        }
        let contactCenter = ContactCenter(
            provider,
            exchange: NoExchange(),
            retry: RetryPolicy(attempts: 1),
            logger: logger
        )
        return try await contactCenter.tokenStatus()
    }

    /// Opens the manifest to read it only, while a pass may be running.
    /// - Returns: `nil` where there is none yet, or no more of one than a process made that was killed in its first moments.
    /// - Throws: `ArchiverError` where there are archives all the same: nothing is known of those then; and if an organization
    ///   of the configuration has another name or ID in the manifest.
    func manifestForReading() async throws -> Manifest? {
        do {
            let manifest = try Manifest(of: root, mode: .readOnly)
            try await requireSameOrganizations(in: manifest)
            return manifest
        } catch let error as ManifestError where error.code == .missing {
            try CallArchive.requireManifest(of: root)
            return nil
        }
    }

    /// Opens the manifest to write to it, beside a pass that may be running.
    /// - Returns: `nil` where there is none yet: nothing is known then that could be changed.
    /// - Throws: as ``manifestForReading()``.
    func manifestForWriting() async throws -> Manifest? {
        try CallArchive.requireManifest(of: root)
        guard FileManager.default.fileExists(atPath: root.manifestPath) else { return nil }
        let manifest = try Manifest(of: root, mode: .readWrite)
        try await requireSameOrganizations(in: manifest)
        return manifest
    }

    private func requireSameOrganizations(in manifest: Manifest) async throws {
        for organization in settings.organizations {
            try await CallArchive.requireSame(organization.name, id: organization.organizationID, in: manifest)
        }
    }

    /// - Throws: `SettingsError` for a secret that cannot be read.
    var setup: CallArchive.Setup {
        get throws {
            CallArchive.Setup(
                root: root,
                rules: rules,
                providers: try settings.organizations.map(provider),
                engine: engine,
                actor: Operator.current,
                logger: logger,
                command: CommandLineRun.command
            )
        }
    }

    var engine: TransferEngine.Configuration {
        TransferEngine.Configuration(
            additionalCertificatesFile: settings.downloads.additionalCertificatesFile,
            userAgent: "callark/\(Callark.version)",
            maximumConnectionsPerHost: settings.downloads.concurrency
        )
    }

    /// - Throws: `SettingsError` for a secret that cannot be read.
    func provider(_ organization: OrganizationSettings) throws -> ProviderSettings {
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
    static func dialect(of organization: OrganizationSettings) -> APIDialect {
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

    private var rules: PassRules {
        PassRules(
            timeZone: settings.archive.timeZone,
            captureOptions: CaptureOptions(
                includeSegments: settings.captures.includeSegments,
                includeVirtualAgent: settings.captures.includeVirtualAgent,
                urlExpiration: settings.captures.urlExpiration
            ),
            askSchedule: AskSchedule(horizon: settings.captures.horizon),
            lookBack: settings.captures.lookBack,
            downloads: PassRules.Downloads(
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
            searchesCalls: settings.captures.callMetadata == .search
        )
    }
}

/// This account may not read what is kept of an organization's tokens, which is no concern of somebody who asks the
/// manifest.
struct TokensOutOfReach: Error, CustomStringConvertible {
    var path: String
    /// What it is to a command that is about the tokens: a matter of permissions, or of the configuration.
    var status = ExitStatus.inputOutput

    var description: String { "not readable by this account: \(path)" }
}

/// Carries nothing out: for what can be told without asking anybody.
struct NoExchange: HTTPExchange {
    func perform(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse {
        throw TransferError(.refused, "no request is made for this")
    }
}
