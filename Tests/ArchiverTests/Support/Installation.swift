import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Simulator
import TestSupport
import Testing
import Transfer
import WebexContactCenter

@testable import Archiver

/// A simulated contact centre and an archive of it, in a folder of its own that is removed with it.
///
/// The archive uses the simulator's clock, so that a test can let hours pass at once.
final class Installation: Sendable {
    let simulator: Simulator
    let root: ArchiveRoot
    /// How far the archive's clock is ahead of the provider's.
    let clockError: Duration

    /// Serves `world` while `body` runs.
    static func with(
        _ world: SimulatedWorld,
        options: SimulatorOptions = .unlimited,
        clockError: Duration = .zero,
        _ body: (Installation) async throws -> Void
    ) async throws {
        try await Turns.shared.run {
            try await Simulator.running(world, options: options) { simulator in
                try await body(try Installation(simulator, clockError: clockError))
            }
        }
    }

    private init(_ simulator: Simulator, clockError: Duration) throws {
        self.simulator = simulator
        self.clockError = clockError
        let folder = FileManager.default.temporaryDirectory.appending(path: "callark-archiver-\(UUID())").path
        root = ArchiveRoot(path: folder)
        try makeRoot()
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root.path)
    }

    /// Another archive of the same contact centre, for example a copy.
    init(_ other: Installation, root: String) {
        simulator = other.simulator
        clockError = other.clockError
        self.root = ArchiveRoot(path: root)
    }

    /// As `callark init` does.
    func makeRoot() throws {
        let id = try #require(CanonicalUUID(UUID().uuidString.lowercased()))
        _ = try root.initialize(as: RootIdentity(id: id, createdTime: now()))
    }

    var organization: OrganizationName {
        get throws { try #require(OrganizationName(simulator.organization.name)) }
    }

    /// The last day of the world.
    var day: ArchiveDay {
        get throws { try #require(ArchiveDay(simulator.world.days.last ?? "")) }
    }

    var now: @Sendable () -> Timestamp {
        let clock = simulator.clock
        return { [clockError] in Timestamp(millisecondsSince1970: clock.now.milliseconds) + clockError }
    }

    /// The configuration for one of the simulator's organizations, as its administrator would write it.
    func provider(_ position: Int = 0) throws -> ProviderSettings {
        let organization = simulator.world.organizations[position]
        let name = try #require(OrganizationName(organization.name))
        return ProviderSettings(
            organization: name,
            organizationID: try #require(OrganizationID(organization.id)),
            apiBaseURL: try #require(URL(string: simulator.apiBaseURL)),
            oauthBaseURL: try #require(URL(string: simulator.oauthBaseURL)),
            requestsPerMinute: 60_000,
            credentials: .refreshing(
                clientID: organization.clientID,
                clientSecret: Secret(organization.clientSecret),
                refreshToken: Secret(organization.refreshToken),
                store: root.credentialsPath(name)
            )
        )
    }

    /// The evidence logs, with the archive's clock.
    func logs(now: @escaping @Sendable () -> Timestamp) -> EvidenceLogs {
        EvidenceLogs(
            root: root,
            setup: EvidenceLogs.Setup(of: root),
            actor: Actor(name: "ann", uid: 1000),
            now: now
        )
    }

    /// - Parameter now: the time for the clients of the provider; by default that of the simulator.
    func setup(
        now: (@Sendable () -> Timestamp)? = nil,
        _ change: (inout CallArchive.Setup) throws -> Void = { _ in }
    ) throws -> CallArchive.Setup {
        let logger = Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
        var setup = CallArchive.Setup(
            root: root,
            manifest: SharedManifest(of: root, logs: logs(now: now ?? self.now)),
            queue: PassQueue(for: root),
            rules: PassSettings(
                timeZone: simulator.world.timeZone,
                captureOptions: CaptureOptions(),
                askSchedule: AskSchedule(),
                lookBack: .hours(48),
                downloads: PassSettings.Downloads(
                    concurrency: 8,
                    retry: RetryPolicy(attempts: 7, baseDelay: .milliseconds(5)),
                    stallTimeout: .seconds(20),
                    hosts: HostPolicy(),
                    memoryBytes: 64 << 20
                ),
                minimumFreeBytes: 0,
                apiRetry: RetryPolicy(attempts: 6, baseDelay: .milliseconds(5))
            ),
            providers: try simulator.world.organizations.indices.map { try provider($0) },
            contactCenters: ContactCenters(
                engine: TransferEngine.Configuration(userAgent: "callark-tests", maximumConnectionsPerHost: 16),
                now: now ?? self.now,
                logger: logger
            ),
            actor: Actor(name: "ann", uid: 1000),
            logger: logger
        )
        try change(&setup)
        return setup
    }

    /// Opens the archive and works with it.
    func open<Value: Sendable>(
        stop: StopRequest = StopRequest(),
        change: (inout CallArchive.Setup) throws -> Void = { _ in },
        observer: @escaping PassObserver = { _ in },
        now: (@Sendable () -> Timestamp)? = nil,
        clock: some Clock<Duration> = ContinuousClock(),
        _ work: (CallArchive) async throws -> Value
    ) async throws -> Value {
        let setup = try setup(now: now, change)
        do {
            let value = try await CallArchive.withOpen(
                setup,
                stop: stop,
                observer: observer,
                now: now ?? self.now,
                clock: clock,
                work
            )
            await setup.contactCenters.shutDown()
            try await setup.manifest.close()
            return value
        } catch {
            await setup.contactCenters.shutDown()
            try? await setup.manifest.close()
            throw error
        }
    }

    /// One pass over the world's last day, or over the requested window.
    @discardableResult
    func pass(
        _ request: PassWindow.Request? = nil,
        onlyUnreceived: Bool = false,
        stop: StopRequest = StopRequest(),
        change: (inout CallArchive.Setup) throws -> Void = { _ in },
        observer: @escaping PassObserver = { _ in },
        now: (@Sendable () -> Timestamp)? = nil,
        clock: some Clock<Duration> = ContinuousClock()
    ) async throws -> Pass.Result {
        let request = try request ?? .day(day)
        let organization = try organization
        let results = try await open(stop: stop, change: change, observer: observer, now: now, clock: clock) {
            try await $0.archive([organization], request: request, onlyUnreceived: onlyUnreceived)
        }
        return try #require(results.first)
    }
}

extension SimulatorOptions {
    /// Without a quota, so that no test waits for one.
    static var unlimited: SimulatorOptions {
        var options = SimulatorOptions()
        options.requestsPerMinute = 0
        return options
    }
}

extension SimulatedWorld {
    /// A small day of short calls whose recordings all exist when its clock starts.
    static func small(
        seed: UInt64 = 7,
        organizations: [SimulatedOrganization] = [.acme],
        days: [String] = ["2025-11-20"],
        calls: Int = 8,
        zone: String = "UTC",
        scale: Double = 0.005,
        clock: SimulatedClock.Start = .afterLastDay,
        mix: CallMix = .typical
    ) throws -> SimulatedWorld {
        try SimulatedWorld(
            seed: seed,
            organizations: organizations,
            days: days,
            callsPerDay: calls,
            timeZone: try #require(TimeZone(identifier: zone)),
            scale: scale,
            clock: clock,
            mix: mix
        )
    }

    /// The same at six in the evening, so that the archive of its day is still open.
    static func evening() throws -> SimulatedWorld {
        let time = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).lowerBound + .hours(18)
        return try small(clock: .at(Moment(time.millisecondsSince1970)), mix: .plain)
    }
}

extension CallMix {
    /// Only answered, recorded calls, whose recordings appear at once.
    static var plain: CallMix {
        var mix = CallMix()
        (mix.abandonedShare, mix.selfServiceShare, mix.unrecordedShare, mix.undeterminedShare) = (0, 0, 0, 0)
        (mix.consultShare, mix.virtualAgentShare, mix.transcriptShare, mix.digitalShare) = (0, 0, 0, 0)
        mix.lateShare = 0
        mix.tasksInOneMillisecond = 1
        return mix
    }
}
