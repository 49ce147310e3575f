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
/// every other process from working on it.
package struct CallArchive: Sendable {
    let context: PassContext
    /// By their names in the configuration.
    private let organizations: [OrganizationName: Organization]

    /// What the configuration says of an archive and its providers.
    package struct Setup: Sendable {
        package var root: ArchiveRoot
        /// The process's own, for passes and readers alike; whoever has made it closes it.
        package var manifest: SharedManifest
        /// The process's own, of all who work on the archive.
        package var queue: PassQueue
        package var rules: PassRules
        package var providers: [ProviderSettings]
        /// The process's clients, which everything that asks a provider shares.
        package var contactCenters: ContactCenters
        /// On whose account the work is done, for the log of events.
        package var actor: Actor
        package var logger: Logger
        /// What a person calls this work, for those who ask what is running: `archive`.
        package var command: String
        /// Where the salts of new archives come from. Only what nobody can guess will do, except in tests.
        package var randomness: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()

        package init(
            root: ArchiveRoot,
            manifest: SharedManifest,
            queue: PassQueue,
            rules: PassRules,
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

    /// Takes the archive's lock, does `work` with the archive, and releases the lock. The manifest and the connections to the
    /// providers stay open for whoever is next.
    /// - Parameters:
    ///   - precedence: who goes first where others want it too (``PassQueue``).
    ///   - startedTime: when the work began, if that was before; for those who ask what is running.
    ///   - clock: by which downloads wait when the media host asks for it.
    /// - Throws: `ArchiveError` with code `locked` where another process works on it; ``ArchiverError`` with code
    ///   `damaged` where there are archives and no manifest; `ArchiveError`, `ManifestError` and `TransferError` where
    ///   something cannot be opened; what `work` throws.
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

    /// The same for the caller that holds the lock.
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
            await context.publishInSpiteOfFailure()
            throw error
        }
    }

    /// Opens the evidence logs before anything is changed: nothing may be archived that they cannot be told.
    private static func begin(
        _ setup: Setup,
        _ manifest: Manifest,
        _ observer: PassObserver,
        now: @Sendable () -> Timestamp
    ) async throws {
        let evidence = setup.manifest.logs
        for organization in setup.providers.map(\.organization).sorted() {
            try await evidence.run { logs throws(EvidenceError) in _ = try logs.log(of: organization) }
            for begun in evidence.takeBegun() {
                observer(.logBegun(begun))
                let event = Event(time: now(), kind: .logBegun, organization: begun.organization)
                try await manifest.appendEvent(event)
            }
            guard let text = evidence.setup.configurations[organization] else { continue }
            let digest = try FileDigest.digest(of: Array(text.utf8))
            try await manifest.noteConfiguration(digest, of: organization, now: now())
        }
    }

    /// A new manifest beside old archives would have everything fetched once more, and then find no place for it; and
    /// what lies in the spool would be taken away, since nothing of it is known to be stored.
    /// - Throws: ``ArchiverError`` with code `damaged` where there are archives and no manifest.
    package static func requireManifest(of root: ArchiveRoot) throws {
        guard try !Manifest.exists(at: root.manifestPath),
            let archive = try root.sealedArchives().first ?? root.openArchives().first
        else { return }
        throw ArchiverError(
            .damaged,
            "\(root.manifestPath) is missing, though there are archives such as \(archive); "
                + "make a new one out of them with `callark rebuild`"
        )
    }

    private static func register(_ provider: ProviderSettings, in manifest: Manifest) async throws {
        do {
            _ = try await manifest.register(provider.organization, id: provider.organizationID)
        } catch let error as ManifestError where error.code == .conflict {
            throw ArchiverError(.otherOrganization, error.message)
        }
    }

    /// An organization that has another name or another ID by now would look as if nothing were known of it.
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
    ///   - onlyUnreceived: lists nothing; only fetches what is known and not yet received.
    ///   - isBackfill: notes each whole day of the window that was listed, and is not taken for the daily work.
    /// - Throws: ``ArchiverError`` with code `badWindow`; `ManifestError` where not even the results can be told.
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
            // It lists nothing, so that nothing can be said of what came after.
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

    /// Gives back what is held.
    package var retrieval: Retrieval { Retrieval(root: context.root, manifest: context.manifest) }

    /// The organizations of the configuration, by name.
    var allOrganizations: [Organization] { organizations.values.sorted { $0.name < $1.name } }
}
