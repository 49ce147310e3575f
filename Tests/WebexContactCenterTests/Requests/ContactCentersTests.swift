import Foundation
import Recordings
import Simulator
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct `The clients of a process` {
    /// The clients of a process for a simulated organization whose tokens are kept in a file.
    private func withCenters(
        requestsPerMinute: Int = 60_000,
        _ body: (Simulator, ContactCenters, ProviderSettings) async throws -> Void
    ) async throws {
        var options = SimulatorOptions()
        options.requestsPerMinute = 0
        let world = try SimulatedWorld(seed: 7, days: ["2025-11-20"], callsPerDay: 3)
        try await withTemporaryFolder { folder in
            try await Simulator.running(world, options: options) { simulator in
                let organization = simulator.organization
                let settings = ProviderSettings(
                    organization: try #require(OrganizationName(organization.name)),
                    organizationID: try #require(OrganizationID(organization.id)),
                    apiBaseURL: try #require(URL(string: simulator.apiBaseURL)),
                    oauthBaseURL: try #require(URL(string: simulator.oauthBaseURL)),
                    requestsPerMinute: requestsPerMinute,
                    credentials: .refreshing(
                        clientID: organization.clientID,
                        clientSecret: Secret(organization.clientSecret),
                        refreshToken: Secret(organization.refreshToken),
                        store: folder + "/tokens.json"
                    )
                )
                let clock = simulator.clock
                let centers = ContactCenters(
                    engine: TransferEngine.Configuration(userAgent: "callark-tests", maximumConnectionsPerHost: 4),
                    now: { Timestamp(millisecondsSince1970: clock.now.milliseconds) },
                    logger: .quiet
                )
                do {
                    try await body(simulator, centers, settings)
                    await centers.shutDown()
                } catch {
                    await centers.shutDown()
                    throw error
                }
            }
        }
    }

    private let retry = RetryPolicy(attempts: 2, baseDelay: .milliseconds(1))

    @Test func `have one engine, and one token for an organization`() async throws {
        try await withCenters { simulator, centers, settings in
            #expect(try await centers.engine === centers.engine)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 {
                    let client = try await centers.client(of: settings, retry: retry)
                    group.addTask { _ = try await client.probe() }
                }
                try await group.waitForAll()
            }
            #expect(simulator.counters.requests(to: .token) == 1)
            #expect(simulator.counters.requests(to: .tasks) == 12)
        }
    }

    @Test func `know the clock of the provider from one another's answers`() async throws {
        try await withCenters { _, centers, settings in
            let other = try await centers.client(of: settings, retry: retry)
            #expect(other.exchange.clockOffset == nil)
            _ = try await centers.client(of: settings, retry: retry).probe()
            #expect(other.exchange.clockOffset != nil)
        }
    }

    @Test func `report pauses each for itself`() async throws {
        try await withCenters { simulator, centers, settings in
            let pauses = Pauses()
            let reporting = try await centers.client(of: settings, retry: retry, onPause: pauses.note)
            let quiet = try await centers.client(of: settings, retry: retry)
            simulator.inject(try FaultRule("tasks 503 first=1"))
            _ = try await quiet.probe()
            #expect(pauses.all == [])
            simulator.inject(try FaultRule("tasks 503 first=1"))
            _ = try await reporting.probe()
            #expect(pauses.all.map(\.attempts) == [2])
        }
    }

    @Test func `count what they ask, also after the end`() async throws {
        try await withCenters { simulator, centers, settings in
            #expect(await centers.requestFigures(of: settings.organization) == ProviderRequests.Figures())
            simulator.inject(try FaultRule("tasks 503 first=1"))
            // A delay is drawn from zero on, in milliseconds.
            let patient = RetryPolicy(attempts: 2, baseDelay: .seconds(1))
            _ = try await centers.client(of: settings, retry: patient).probe()
            await centers.shutDown()
            simulator.inject(try FaultRule("tasks 429 first=1"))
            let impatient = RetryPolicy(attempts: 1, baseDelay: .milliseconds(1))
            await #expect(throws: ProviderError.self) {
                try await centers.client(of: settings, retry: impatient).probe()
            }
            let figures = await centers.requestFigures(of: settings.organization)
            // The token, and the second attempt.
            #expect(figures.requests == [.ok: 2, .unavailable: 1, .throttled: 1])
            #expect(figures.retried > .zero)
        }
    }

    @Test(arguments: [
        (200, ProviderRequests.Outcome.ok), (204, .ok), (302, .rejected), (400, .rejected), (401, .unauthorized),
        (403, .unauthorized), (404, .rejected), (429, .throttled), (500, .unavailable), (503, .unavailable),
    ])
    func `tell outcomes by status`(_ status: Int, _ outcome: ProviderRequests.Outcome) {
        #expect(ProviderRequests.Outcome(status: status) == outcome)
    }

    @Test func `begin anew after the end`() async throws {
        try await withCenters { simulator, centers, settings in
            _ = try await centers.client(of: settings, retry: retry).probe()
            await centers.shutDown()
            _ = try await centers.client(of: settings, retry: retry).probe()
            // The second one reads the pair that the first one kept.
            #expect(simulator.counters.requests(to: .token) == 1)
        }
    }

    @Test func `are not needed for what is known about the tokens`() async throws {
        try await withTemporaryFolder { folder in
            let centers = ContactCenters(
                engine: TransferEngine.Configuration(
                    additionalCertificatesFile: folder + "/absent.pem",
                    userAgent: "callark-tests",
                    maximumConnectionsPerHost: 4
                ),
                logger: .quiet
            )
            let settings = try TestCenter.settings()
            await #expect(throws: TransferError.self) { _ = try await centers.client(of: settings, retry: retry) }
            #expect(try await centers.tokenStatus(of: settings).organizationID == TestCenter.organizationID)
        }
    }
}

/// The pauses that a client has reported.
private final class Pauses: Sendable {
    private let noted = Mutex<[ProviderPause]>([])

    var all: [ProviderPause] { noted.withLock(\.self) }

    @Sendable func note(_ pause: ProviderPause) { noted.withLock { $0.append(pause) } }
}
