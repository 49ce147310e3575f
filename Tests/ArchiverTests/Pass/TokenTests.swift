import DailyArchive
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Simulator
import Testing
import Transfer
import WebexContactCenter

@testable import Archiver

@Suite struct `Tokens in the middle of a pass` {
    @Test func `that were revoked are refreshed once, and the pass continues`() async throws {
        try await Installation.with(.small(calls: 30)) { here in
            try await here.pass()
            here.simulator.revokeAccessTokens()
            here.simulator.resetCounters()
            #expect(try await here.pass().isComplete)
            #expect(here.simulator.counters.requests(to: .token) == 1)
            try await here.expectWhole()
        }
    }

    @Test func `that last only moments, like the URLs, are renewed as often as it takes`() async throws {
        var options = SimulatorOptions.unlimited
        options.tokens.accessLifetime = .seconds(60)
        options.tokens.rotatesRefreshTokens = true
        try await Installation.with(.small(calls: 9), options: options) { here in
            let clock = here.simulator.clock
            let result = try await here.pass {
                $0.rules.downloads.concurrency = 1
                $0.rules.captureOptions.urlExpiration = .minutes(1)
            } observer: { event in
                // While a recording is in progress, nothing calls the API.
                if case .received = event { clock.advance(by: .seconds(70)) }
            }
            #expect(result.failure == nil)
            #expect(try await here.recordings(ListFilter(state: .recording(.failed))) == [])
            #expect(result.isComplete)
            #expect(here.simulator.counters.requests(to: .token) > 2)
            // The newest of the rotated refresh tokens was kept: the first one no longer works.
            clock.advance(by: .seconds(3600))
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `that last a few seconds are renewed as often as it takes`() async throws {
        var options = SimulatorOptions.unlimited
        options.tokens.accessLifetime = .seconds(5)
        options.tokens.rotatesRefreshTokens = true
        try await Installation.with(.small(calls: 320, mix: .plain), options: options) { here in
            let clock = here.simulator.clock
            let result = try await here.pass {
                $0.rules.downloads.concurrency = 2
            } observer: { event in
                // The token expires after every other request, sometimes during one.
                if case .found = event { clock.advance(by: .seconds(2)) }
            }
            #expect(result.failure == nil)
            #expect(result.isComplete)
            #expect(here.simulator.counters.requests(to: .token) > 3)
            try await here.expectWhole()
        }
    }

    @Test(arguments: [TokenRules.ErrorShape.oauth, .webex], [true, false])
    func `that cannot be refreshed end the pass, leave what is held, and say what to do`(
        _ shape: TokenRules.ErrorShape,
        inMidRun: Bool
    ) async throws {
        var options = SimulatorOptions.unlimited
        options.tokens.errorShape = shape
        try await Installation.with(.small(calls: 40), options: options) { here in
            if inMidRun {
                here.simulator.inject(try FaultRule("captures 401 after=2"))
                here.simulator.inject(try FaultRule("token refuse shape=\(shape.rawValue) after=1"))
            } else {
                try await here.pass()
                here.simulator.revokeAccessTokens()
                here.simulator.revokeRefreshTokens()
            }
            let before = try inMidRun ? [] : here.sealedFiles().keys.sorted()
            let result = try await here.pass()
            let error = try #require(result.failure as? ProviderError)
            #expect(error.code == .authorization)
            #expect(error.status == 400)
            #expect(error.message.contains("the refresh token or code is invalid or expired"))
            #expect(error.advice.contains("authorise Callark again and configure the new refresh token"))
            #expect(!error.description.contains(here.simulator.refreshToken))
            #expect(!error.description.contains(here.simulator.clientSecret))
            // A refused token is not tried again and again.
            #expect(here.simulator.counters.requests(to: .token) <= 3)
            #expect(try here.sealedFiles().keys.sorted() == before)
            #expect(Set(try await here.held()).isSubset(of: here.offered()))
            #expect(try await here.verify() == [])
            guard inMidRun else { return try await here.expectWhole() }
            #expect(!result.isComplete)
            #expect(try await !here.held().isEmpty)
            here.simulator.clearFaults()
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    /// Two processes over one store are two clients that know nothing about each other.
    @Test func `that rotate are refreshed by one of two clients at a time, and serve both`() async throws {
        var options = SimulatorOptions.unlimited
        options.tokens.rotatesRefreshTokens = true
        try await Installation.with(.small(calls: 1), options: options) { here in
            let engine = try TransferEngine(.init(userAgent: "callark-tests", maximumConnectionsPerHost: 8))
            let settings = try here.provider()
            let clients = (0..<4).map { _ in
                ContactCenter(
                    settings,
                    exchange: engine,
                    retry: RetryPolicy(attempts: 1),
                    now: here.now,
                    logger: Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
                )
            }
            // A slow answer gives the others every chance to use the same refresh token.
            here.simulator.inject(try FaultRule("token delay seconds=0.05"))
            for round in 1...8 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for client in clients { group.addTask { _ = try await client.probe() } }
                    try await group.waitForAll()
                }
                #expect(here.simulator.counters.requests(to: .token) == round)
                here.simulator.revokeAccessTokens()
            }
            await engine.shutDown()
        }
    }
}

@Suite struct `Two organizations` {
    static let organizations = [
        SimulatedOrganization.acme,
        SimulatedOrganization(name: "globex", id: "0a1b2c3d-0000-4000-8000-123456789abc"),
    ]

    @Test func `are archived apart`() async throws {
        try await Installation.with(.small(organizations: Self.organizations)) { here in
            let names = try here.simulator.world.organizations.map { try #require(OrganizationName($0.name)) }
            let day = try here.day
            let results = try await here.open { try await $0.archive(names, request: .day(day)) }
            #expect(results.map(\.isComplete) == [true, true])
            #expect(
                results.flatMap(\.archives).map(\.name.description) == ["acme-2025-11-20-001", "globex-2025-11-20-001"]
            )
            let offered = (here.offered(organization: 0) + here.offered(organization: 1)).sorted()
            #expect(try await here.held() == offered)
        }
    }

    @Test func `do not hold each other up when one is refused`() async throws {
        try await Installation.with(.small(organizations: Self.organizations)) { here in
            let names = try here.simulator.world.organizations.map { try #require(OrganizationName($0.name)) }
            let day = try here.day
            let results = try await here.open { setup in
                setup.providers[1].credentials = .refreshing(
                    clientID: "wrong",
                    clientSecret: Secret("wrong"),
                    refreshToken: Secret("wrong"),
                    store: here.root.credentialsPath(names[1])
                )
            } _: {
                try await $0.archive(names, request: .day(day))
            }
            #expect(results.map(\.isComplete) == [true, false])
            #expect((results[1].failure as? ProviderError)?.code == .authorization)
            #expect(try await here.held() == here.offered(organization: 0))
        }
    }
}
