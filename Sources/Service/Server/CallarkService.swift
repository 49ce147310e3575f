import Archiver
import Files
import Foundation
import Logging
import Manifest
import NIOCore
import NIOSSL
import Recordings
import Settings
import Waiting
import WebPage
import WebexContactCenter
import Wiring

/// The service: `callark serve`.
package struct CallarkService: Sendable {
    /// What the process that runs the service provides.
    package struct Setup: Sendable {
        package var limits = ServiceLimits()
        package var manager = ServiceManager()
        /// Called once the service listens, with its address as a URL.
        package var onListening: @Sendable (String) -> Void = { _ in }
        /// Gets one line for each request.
        package var onRequest: @Sendable (AccessLine) -> Void = { _ in }
        /// Does work that a command has handed over. If `nil`, no command can hand work over.
        package var performHandover:
            (@Sendable (HandoverOrder, Actor, HandoverOutlet, StopRequest) async -> HandoverEnd)?

        package init() {}
    }

    private let installation: Installation
    private let setup: Setup
    private let database: ServiceDatabase
    private let authenticator: Authenticator
    private let lock: FileLock
    private let inbox: WebhookInbox
    private let provider: IdentityProvider?
    private let counters = ServiceCounters()
    private let board: WorkBoard<RequestedPass>
    private let verifications: Verifications
    private let estimates: Estimates
    private let exports: CaseExports
    /// Made when the service begins to stop, so that answers without an end of their own stop too.
    private let ending = StopRequest()
    private let site: WebSite
    private var settings: ServiceSettings { installation.settings.service }
    /// Whether browsers reach the service by TLS.
    private let isSecure: Bool

    /// Opens everything that the service needs. It does not listen yet.
    /// - Throws: `ArchiveError` if there is no root; `ServiceError` for its database; errors of opening the manifest.
    package init(_ installation: Installation, setup: Setup) async throws {
        self.installation = installation
        self.setup = setup
        site = try WebSite()
        try installation.root.identity()
        try installation.root.prepare()
        guard let lock = try ServiceLock.taken(of: installation.root) else {
            throw ServiceError(
                .busy,
                "another service runs over \(installation.root.path); stop it first (`callark status` says what runs)"
            )
        }
        self.lock = lock
        database = try ServiceDatabase(path: installation.root.servicePath)
        inbox = WebhookInbox(database)
        let settings = installation.settings.service
        isSecure = settings.tls != nil || settings.publicURL?.scheme == "https"
        let contactCenters = installation.contactCenters
        provider = settings.oidc.map { oidc in
            IdentityProvider(oidc, now: { installation.now }, exchange: { try await contactCenters.engine })
        }
        authenticator = Authenticator(
            database,
            cookie: SessionCookie(isSecure: isSecure),
            ownPages: OwnPages(publicURL: settings.publicURL, isSecure: isSecure),
            provider: provider,
            logger: installation.logger
        ) { installation.now }
        board = WorkBoard(try await PassResumption(installation: installation, database: database).passes())
        verifications = Verifications(installation: installation, board: WorkBoard())
        estimates = Estimates(installation: installation, board: WorkBoard())
        exports = CaseExports(installation: installation, database: database)
        try CallArchive.requireManifest(of: installation.root)
        _ = try await installation.manifest.forWriting()
    }

    /// Serves until `stop` is made, then finishes what is in progress.
    /// - Throws: `ServiceError` if it cannot listen, or cannot use its certificate.
    package func run(stop: StopRequest) async throws {
        let isListening = WaitingLine<Bool, Void>(false) { $0 ? () : nil }
        do {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    try await answer(stop) { isListening.change { $0 = true } }
                    isListening.change { $0 = true }
                }
                tasks.addTask {
                    // If the service cannot listen (its port is taken, for example), it must not start a pass.
                    if await isListening.wait() != nil { await runPasses(stop) }
                }
                defer { tasks.cancelAll() }
                while try await tasks.next() != nil {}
            }
        } catch {
            throw Self.serviceError(error, at: settings.listen)
        }
        try await close()
        lock.release()
    }

    /// Runs requested and scheduled work, and publishes the evidence logs, until `stop` is made and the last pass has
    /// ended.
    private func runPasses(_ stop: StopRequest) async {
        let worker = PassWorker(
            installation: installation,
            database: database,
            board: board,
            stop: stop,
            delays: counters.delays
        )
        let scheduler = scheduler(stop)
        let publisher = Publisher(logs: installation.evidence, stop: stop, logger: installation.logger)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await worker.run() }
            group.addTask { await scheduler.run() }
            group.addTask { await publisher.run() }
            group.addTask { await takeHandovers(stop) }
            group.addTask { await verifications.run(until: stop) }
            group.addTask { await estimates.run(until: stop) }
            group.addTask { await exports.run(until: stop) }
            group.addTask {
                await WebhookWorker(installation: installation, inbox: inbox, stop: stop, delays: counters.delays).run()
            }
            group.addTask { await WebhookWatch(installation: installation, stop: stop).run() }
            group.addTask { await notifier(stop).run() }
            group.addTask {
                let reports = ReportNotifier(
                    installation: installation,
                    channels: channels,
                    database: database,
                    stop: stop
                )
                await reports.run()
            }
        }
    }

    /// Does the work that commands hand over, until `stop` is made and the last one has ended.
    private func takeHandovers(_ stop: StopRequest) async {
        guard let perform = setup.performHandover else { return }
        let server = HandoverServer(
            root: installation.root,
            version: installation.version,
            logger: installation.logger,
            perform: perform
        )
        await server.run(until: stop)
    }

    /// Answers requests until `stop` is made.
    private func answer(_ stop: StopRequest, onListening: @escaping @Sendable () -> Void) async throws {
        let listener = HTTPListener(
            address: settings.listen,
            tls: settings.tls,
            isSecure: isSecure,
            limits: setup.limits,
            logger: installation.logger
        )
        let (setup, ending) = (setup, ending)
        let areFinished = try await listener.run(
            front,
            beside: [Heartbeat(manager: setup.manager)],
            until: stop,
            onListening: { address in
                setup.onListening(address)
                setup.manager.send(.ready)
                onListening()
            },
            onStopping: {
                ending.make()
                setup.manager.send(.stopping)
            }
        )
        if !areFinished {
            installation.logger.warning("connections were cut off, because they did not end in time")
        }
    }

    private func close() async throws {
        await installation.contactCenters.shutDown()
        try await installation.evidence.publish()
        try await installation.manifest.close()
        try database.close()
    }

    private func scheduler(_ stop: StopRequest) -> Scheduler {
        Scheduler(
            rule: ScheduleRule(schedule: settings.schedule, timeZone: installation.timeZone),
            organizations: installation.settings.organizations.map(\.name),
            database: database,
            clock: WallClock(),
            stop: stop,
            logger: installation.logger,
            work: ScheduledWork(
                installation: installation,
                stop: stop,
                database: database,
                delays: counters.delays
            ).run
        )
    }

    private var channels: [NotificationChannel] {
        let contactCenters = installation.contactCenters
        return installation.settings.notifications.map { settings in
            NotificationChannel(settings) { try await contactCenters.engine }
        }
    }

    private func notifier(_ stop: StopRequest) -> Notifier {
        let installation = installation
        return Notifier(
            channels: channels,
            database: database,
            stop: stop,
            logger: installation.logger,
            now: { installation.now },
            alarms: {
                try await installation.alarms(
                    of: installation.settings.organizations.map(\.name),
                    manifest: installation.manifest.forWriting(),
                    space: try? installation.root.diskSpace()
                )
            }
        )
    }

    /// Answers requests.
    private var front: RequestDispatcher {
        RequestDispatcher(
            routes: RouteTable(routes: routes),
            authenticator: authenticator,
            limits: setup.limits,
            trustedProxies: settings.trustedProxies,
            isSecure: isSecure,
            logger: installation.logger,
            fallback: PageFallback(site: site),
            note: { [counters, setup] line in
                counters.requests.count(line)
                setup.onRequest(line)
            }
        )
    }

    /// All routes of the service.
    var routes: [Route] {
        let api = apiRoutes
        return api + PageRoutes(installation: installation, site: site, api: RouteTable(routes: api)).routes
    }

    /// The routes that return data, for programs and for the page.
    private var apiRoutes: [Route] {
        let webhooks = WebhookRoutes(installation: installation, inbox: inbox, metrics: counters.webhooks)
        let parts: [[Route]] = [
            HealthRoutes(installation: installation, database: database).routes,
            DescriptionRoutes().routes,
            Login(authenticator: authenticator).routes,
            SessionRoutes(installation: installation, database: database, authenticator: authenticator).routes,
            OIDCLogin(
                authenticator: authenticator,
                provider: provider,
                publicURL: settings.publicURL?.absoluteString ?? "",
                isSecure: isSecure,
                logger: installation.logger,
                now: { [installation] in installation.now }
            ).routes,
            OverviewRoutes(installation: installation, database: database).routes,
            DayRoutes(installation: installation).routes,
            ReportRoutes(installation: installation).routes,
            CallRoutes(installation: installation).routes,
            AudioRoutes(installation: installation, streams: setup.limits.streams).routes,
            GapRoutes(installation: installation).routes,
            GapStatementRoutes(installation: installation).routes,
            estimates.routes,
            PassRoutes(installation: installation, database: database, board: board, ending: ending).routes,
            verifications.routes,
            KeyRoutes(installation: installation, database: database).routes,
            CaseRoutes(installation: installation, database: database, exports: exports).routes,
            Metrics(installation: installation, database: database, counters: counters).routes,
            AuditRoutes(installation: installation).routes,
            LogRoutes(installation: installation).routes,
            webhooks.routes,
            WebhookSubscriptions(installation: installation, secrets: webhooks.secrets).routes,
            ProviderLogin(installation: installation, site: site, isSecure: isSecure).routes,
            NotificationTrial(channels: channels, logger: installation.logger) { [installation] in installation.now }
                .routes,
        ]
        return parts.flatMap(\.self)
    }

    /// Explains why the service could not listen.
    private static func serviceError(_ error: any Error, at address: ListenAddress) -> any Error {
        if error is NIOSSLError || error is BoringSSLError {
            return ServiceError(
                .certificate,
                "service.tls: the certificate and the key cannot be used together: \(error)"
            )
        }
        guard let error = error as? IOError else { return error }
        let reason = String(cString: strerror(error.errnoCode))
        let advice =
            switch error.errnoCode {
            case EADDRINUSE: "; see what does with `ss -ltnp`, and stop that, or give another port as service.listen"
            case EACCES:
                "; ports below 1024 need the capability CAP_NET_BIND_SERVICE, or give another as service.listen"
            case EADDRNOTAVAIL: "; this machine does not have that address: give one of its own as service.listen"
            default: ""
            }
        return ServiceError(.notListening, "cannot listen at \(address): \(reason)\(advice)")
    }
}
