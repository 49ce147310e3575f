import DailyArchive
import Evidence
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Transfer
import WebexContactCenter

/// An archive of calls, open for work: the manifest, the files below the root, the providers, and the lock that keeps
/// other processes out.
package struct CallArchive: Sendable {
    let context: PassContext
    /// By name in the configuration.
    private let organizations: [OrganizationName: Organization]

    /// The configuration of an archive and its providers.
    package struct Setup: Sendable {
        package var root: ArchiveRoot
        /// Shared by all passes and readers of the process. The caller that creates it closes it.
        package var manifest: SharedManifest
        /// Shared by everything in the process that works on the archive.
        package var queue: PassQueue
        package var rules: PassSettings
        package var providers: [ProviderSettings]
        /// The clients shared by everything in the process that asks a provider.
        package var contactCenters: ContactCenters
        /// The actor on whose behalf the work is done, for the log of events.
        package var actor: Actor
        package var logger: Logger
        /// The name of this work as people know it, such as `archive`, for reports of what is running.
        package var command: String
        /// Source of the salts of new archives. They must be unpredictable, except in tests.
        package var randomness: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
        /// Where sealed archives are also kept; `nil` for the disk only.
        package var vault: (any ArchiveVault)?

        package init(
            root: ArchiveRoot,
            manifest: SharedManifest,
            queue: PassQueue,
            rules: PassSettings,
            providers: [ProviderSettings],
            contactCenters: ContactCenters,
            actor: Actor,
            logger: Logger,
            command: String = "pass"
        ) {
            self.root = root
            self.manifest = manifest
            self.queue = queue
            self.rules = rules
            self.providers = providers
            self.contactCenters = contactCenters
            self.actor = actor
            self.logger = logger
            self.command = command
        }
    }

    /// Takes the archive's lock, runs `work` with the archive, and releases the lock. The manifest and the connections
    /// to the providers stay open for the next caller.
    /// - Parameters:
    ///   - precedence: who goes first if several callers wait (``PassQueue``).
    ///   - startedTime: when the work began, if before this call; for reports of what is running.
    ///   - clock: the clock that downloads wait by if the media host asks them to.
    /// - Throws: `ArchiveError` with code `locked` if another process works on the archive; ``ArchiverError`` with code
    ///   `damaged` if there are archives but no manifest; `ArchiveError`, `ManifestError` or `TransferError` if
    ///   something cannot be opened; errors of `work`.
    package static func withOpen<Value: Sendable>(
        _ setup: Setup,
        precedence: PassPrecedence = .onDemand,
        stop: StopRequest,
        observer: @escaping PassObserver,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) },
        startedTime: Timestamp? = nil,
        clock: some Clock<Duration> = ContinuousClock(),
        _ work: (CallArchive) async throws -> Value
    ) async throws -> Value {
        try setup.root.prepare()
        return try await setup.queue.withTurn(precedence, stop: stop, onWait: { observer(.waiting($0)) }) {
            try await withLocked(setup, stop, observer, now, startedTime, clock, work)
        }
    }

    /// The same, for a caller that already holds the lock.
    private static func withLocked<Value: Sendable>(
        _ setup: Setup,
        _ stop: StopRequest,
        _ observer: @escaping PassObserver,
        _ now: @escaping @Sendable () -> Timestamp,
        _ startedTime: Timestamp?,
        _ clock: some Clock<Duration>,
        _ work: (CallArchive) async throws -> Value
    ) async throws -> Value {
        let notice = PassNotice(root: setup.root, command: setup.command, startedTime: startedTime, now: now)
        let observer: PassObserver = { event in
            notice.count(event)
            observer(event)
        }
        try requireManifest(of: setup.root)
        let manifest = try await setup.manifest.forPass()
        try setup.root.synchronizeManifestNames()
        for provider in setup.providers {
            try await register(provider, in: manifest)
        }
        try await begin(setup, manifest, observer, now: now)
        let engine = try await setup.contactCenters.engine
        let context = PassContext(setup, manifest, engine, stop: stop, observer: observer, now: now, clock: clock)
        let archive = CallArchive(context: context, organizations: try await organizations(setup, observer))
        do {
            let value = try await notice.keptUpToDate { try await work(archive) }
            try await context.evidence.publish()
            return value
        } catch {
            await context.publishDespiteFailure()
            throw error
        }
    }

    /// Opens the evidence logs before anything changes: nothing may be archived that they cannot record.
    private static func begin(
        _ setup: Setup,
        _ manifest: Manifest,
        _ observer: PassObserver,
        now: @Sendable () -> Timestamp
    ) async throws {
        let evidence = setup.manifest.logs
        for organization in setup.providers.map(\.organization).sorted() {
            try await evidence.run { logs throws(EvidenceError) in _ = try logs.log(of: organization) }
            for begun in evidence.takeNewLogs() {
                observer(.logBegun(begun))
                let event = Event(time: now(), kind: .logBegun, organization: begun.organization)
                try await manifest.appendEvent(event)
            }
            guard let text = evidence.setup.configurations[organization] else { continue }
            let digest = try FileDigest.digest(of: Array(text.utf8))
            try await manifest.noteConfiguration(digest, of: organization, now: now())
        }
    }

    /// A new manifest next to old archives would fetch everything again and then find the archives' names taken. It
    /// would also remove what is in the spool, because it knows of nothing stored there.
    /// - Throws: ``ArchiverError`` with code `damaged` if there are archives but no manifest, or if an evidence log says that
    ///   there were.
    package static func requireManifest(of root: ArchiveRoot) throws {
        guard try !Manifest.exists(at: root.manifestPath) else { return }
        guard
            let archive = try root.archives.list().first ?? root.openArchives().first ?? root.archives.lost().first
        else {
            guard let sealed = try sealedByLog(of: root) else { return }
            throw ArchiverError(
                .damaged,
                "\(root.manifestPath) is missing, and the evidence log says that archives such as \(sealed) were sealed, "
                    + "which are missing too; put them back, and run `callark rebuild`"
            )
        }
        throw ArchiverError(
            .damaged,
            "\(root.manifestPath) is missing, though there are archives such as \(archive); "
                + "run `callark rebuild` to rebuild it from them"
        )
    }

    /// An archive that an evidence log says was sealed. It reads the logs, so it is for a root without a manifest only.
    private static func sealedByLog(of root: ArchiveRoot) throws -> ArchiveName? {
        for name in try FileSystem.names(in: root.logsPath).compactMap({ OrganizationName($0) }).sorted() {
            let ledger = try? LogLedger.read(LogFolder(name, in: root.logsPath), key: nil)
            let sealed = (ledger?.archives ?? [:]).filter { $0.value.sealed != nil }.keys.compactMap { ArchiveName($0) }
            if let first = sealed.min() { return first }
        }
        return nil
    }

    private static func register(_ provider: ProviderSettings, in manifest: Manifest) async throws {
        do {
            _ = try await manifest.register(provider.organization, id: provider.organizationID)
        } catch let error as ManifestError where error.code == .conflict {
            throw ArchiverError(.otherOrganization, error.message)
        }
    }

    /// An organization whose name or ID has changed would look as if nothing were known about it.
    /// - Throws: ``ArchiverError`` with code `otherOrganization`; `ManifestError`.
    package static func requireSame(
        _ organization: OrganizationName,
        id: OrganizationID,
        in manifest: Manifest
    ) async throws {
        do {
            try await manifest.requireSame(organization, id: id)
        } catch let error as ManifestError where error.code == .conflict {
            throw ArchiverError(.otherOrganization, error.message)
        }
    }

    private init(context: PassContext, organizations: [Organization]) {
        self.context = context
        self.organizations = Dictionary(uniqueKeysWithValues: organizations.map { ($0.name, $0) })
    }

    /// The organizations of the configuration, each with a client that reports its pauses to `observer`.
    private static func organizations(
        _ setup: Setup,
        _ observer: @escaping PassObserver
    ) async throws -> [Organization] {
        var organizations: [Organization] = []
        for settings in setup.providers {
            let name = settings.organization
            let client = try await setup.contactCenters.client(of: settings, retry: setup.rules.apiRetry) {
                observer(.providerPaused(name, $0))
            }
            organizations.append(Organization(settings, contactCenter: client))
        }
        return organizations
    }

    /// Runs one pass over these organizations.
    /// - Parameters:
    ///   - onlyUnreceived: lists nothing; only fetches recordings that are known and not yet received.
    ///   - isBackfill: records each whole day of the window that was listed, and does not count as the daily pass.
    /// - Throws: ``ArchiverError`` with code `badWindow`; `ManifestError` if not even the results can be reported.
    package func archive(
        _ names: [OrganizationName],
        request: PassWindow.Request,
        onlyUnreceived: Bool = false,
        isBackfill: Bool = false
    ) async throws -> [Pass.Result] {
        let began = context.now()
        var assignments: [Pass.Assignment] = []
        for organization in names.compactMap({ organizations[$0] }) {
            let listedThrough = try await context.manifest.watermark(organization.name)
            var window = try PassWindow.resolve(
                request,
                rules: context.rules.windowRules,
                listedThrough: listedThrough,
                now: began
            )
            // It lists nothing, so it can say nothing about later calls.
            if onlyUnreceived, !window.isExplicit {
                window = window.ending(by: listedThrough ?? window.range.lowerBound)
            }
            if window.isExplicit, !onlyUnreceived {
                try ListingPart.requireReach(window.range, now: began, timeZone: context.rules.timeZone)
            }
            let scope: AskScope =
                if onlyUnreceived {
                    .onlyUnreceived(in: window.isExplicit ? window.range : nil)
                } else if window.isExplicit {
                    .everythingUnsettled(in: window.range)
                } else {
                    .due(impatientIn: window.range)
                }
            var assignment = Pass.Assignment(organization: organization, window: window, scope: scope)
            assignment.isBackfill = isBackfill
            assignment.followsListing =
                !window.isExplicit && listedThrough.map { window.range.lowerBound <= $0 } ?? false
            assignment.joinsListing =
                !onlyUnreceived && (listedThrough.map { window.range.lowerBound <= $0 } ?? window.endsNow)
            assignments.append(assignment)
        }
        return try await Pass(context: context).run(assignments)
    }

    /// Hands out what is archived.
    package var retrieval: Retrieval { Retrieval(root: context.root, manifest: context.manifest) }

    /// The organizations of the configuration, by name.
    var allOrganizations: [Organization] { organizations.values.sorted { $0.name < $1.name } }
}
