import DailyArchive
import Foundation
import Manifest
import Recordings
import Simulator
import Testing
import WebexContactCenter

@testable import Archiver

@Suite struct `Tokens in the middle of a pass` {
    @Test func `that were revoked are refreshed once, and the pass goes on`() async throws {
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
                // While a recording is under way nobody talks to the API.
                if case .received = event { clock.advance(by: .seconds(70)) }
            }
            #expect(result.failure == nil)
            #expect(try await here.recordings(ListFilter(state: .recording(.failed))) == [])
            #expect(result.isComplete)
            #expect(here.simulator.counters.requests(to: .token) > 2)
            // The newest of the rotated refresh tokens has been kept: the first one no longer works.
            clock.advance(by: .seconds(3600))
            #expect(try await here.pass().isComplete)
            try await here.expectWhole()
        }
    }

    @Test func `that cannot be refreshed end the pass and leave what was stored`() async throws {
        try await Installation.with(.small()) { here in
            try await here.pass()
            here.simulator.revokeAccessTokens()
            here.simulator.revokeRefreshTokens()
            let result = try await here.pass()
            #expect((result.failure as? ProviderError)?.code == .authorization)
            try await here.expectWhole()
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
