import Foundation
import Recordings
import TestSupport
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct TokenTests {
    func credentials(_ folder: String, refreshToken: String? = "first") -> Credentials {
        .refreshing(
            clientID: "the client",
            clientSecret: Secret("p&ss=w+rd é%"),
            refreshToken: refreshToken.map(Secret.init),
            store: folder + "/tokens/acme.json"
        )
    }

    func test(
        _ endpoint: TokenEndpoint,
        _ folder: String,
        refreshToken: String? = "first"
    ) throws -> TestCenter {
        try TestCenter(
            endpoint.exchange,
            credentials: credentials(folder, refreshToken: refreshToken),
            requestsPerMinute: 10_000
        )
    }

    @Test func `the first call obtains a token and later ones and later runs use it`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            let first = try test(endpoint, folder)
            #expect(try await first.center.tokenStatus() == TokenStatus())
            _ = try await first.listHour()
            _ = try await first.listHour()
            _ = try await test(endpoint, folder).listHour()
            #expect(endpoint.refreshes == 1)
            let request = first.exchange.requests(ending: "access_token")[0]
            #expect(request.url.absoluteString == "https://oauth.example.com/v1/access_token")
            #expect(request.headers["Content-Type"] == "application/x-www-form-urlencoded")
            #expect(request.headers["Authorization"] == nil)
            #expect(
                String(decoding: request.body ?? Data(), as: UTF8.self).contains(
                    "client_secret=p%26ss%3Dw%2Brd%20%C3%A9%25"
                )
            )
            let status = try await test(endpoint, folder).center.tokenStatus()
            #expect(status.obtained == TestCenter.now)
            #expect(status.accessExpires == TestCenter.now + .seconds(1_209_599))
            #expect(status.refreshExpires == TestCenter.now + .seconds(7_775_999))
            #expect(status.nextRefresh == TestCenter.now + .hours(7 * 24))
            #expect(status.organizationID == TestCenter.organizationID)
        }
    }

    @Test(arguments: [("1209599", 7 * 24 * 3600), ("43200", 43200 - 300), ("100", 90), ("\"100\"", 90)])
    func `a token is renewed ahead of its end, and weekly`(lifetime: String, due: Int) async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            endpoint.change { $0.lifetime = lifetime }
            let test = try test(endpoint, folder)
            _ = try await test.center.probe()
            test.clock.advance(by: .seconds(due) - test.clock.elapsed - .seconds(1))
            _ = try await test.center.probe()
            #expect(endpoint.refreshes == 1)
            test.clock.advance(by: .seconds(2))
            _ = try await test.center.probe()
            #expect(endpoint.refreshes == 2)
        }
    }

    @Test func `a refresh token of a short life is used before half of that is over`() throws {
        let answer = try JSONReader.value(
            of: Data(#"{"access_token":"a","refresh_token":"r","refresh_token_expires_in":86400}"#.utf8)
        )
        let pair = try TokenPair(answer: answer, following: nil, scope: nil, now: TestCenter.now)
        #expect(pair.due == TestCenter.now + .hours(12))
    }

    @Test func `without a first refresh token every call says to log in, without a request`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            let test = try test(endpoint, folder, refreshToken: nil)
            #expect(try await test.center.tokenStatus().needsLogin)
            for _ in 0..<2 {
                let error = try await providerError { _ = try await test.center.probe() }
                #expect(error.code == .authorization)
                #expect(error.advice.contains("run `callark auth login --org acme`"))
            }
            let error = try await providerError { _ = try await test.center.refreshTokens() }
            #expect(error.code == .authorization)
            #expect(test.exchange.requests.isEmpty)
        }
    }

    @Test func `a kept pair stays in use when the configured token is removed, and when it is restored`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            _ = try await test(endpoint, folder).center.probe()
            for token in [nil, "first"] {
                endpoint.revokeAccess()
                _ = try await test(endpoint, folder, refreshToken: token).center.probe()
            }
            #expect(endpoint.refreshes == 3)
        }
    }

    @Test func `a refresh by hand renews a pair that is old enough, and no other`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            let test = try test(endpoint, folder)
            #expect(try await test.center.refreshTokens(ifOlderThan: .hours(24)))
            test.clock.advance(by: .hours(23))
            #expect(try await !test.center.refreshTokens(ifOlderThan: .hours(24)))
            #expect(endpoint.refreshes == 1)
            test.clock.advance(by: .hours(1))
            #expect(try await test.center.refreshTokens(ifOlderThan: .hours(24)))
            #expect(try await test.center.refreshTokens())
            #expect(endpoint.refreshes == 3)
            _ = try await test.center.probe()
            #expect(endpoint.refreshes == 3)
        }
    }

    @Test func `a refresh by hand that fails leaves the present token in use`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            let test = try test(endpoint, folder)
            _ = try await test.center.probe()
            endpoint.change { $0.faults = Array(repeating: HTTPResponse(status: 503), count: 4) }
            let error = try await providerError { _ = try await test.center.refreshTokens() }
            #expect(error.code == .unavailable)
            _ = try await test.center.probe()
            #expect(endpoint.refreshes == 1)
        }
    }

    @Test func `scopes are reported, and stay known if a later answer omits them`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            endpoint.change {
                $0.faults = [
                    .json(#"{"access_token":"A","refresh_token":"first","scope":"cjp:config_read cjp:config_write"}"#)
                ]
            }
            let test = try test(endpoint, folder)
            for _ in 0..<2 {
                _ = try await test.center.refreshTokens()
                let status = try await self.test(endpoint, folder).center.tokenStatus()
                #expect(status.scopes == ["cjp:config_read", "cjp:config_write"])
            }
            #expect(endpoint.refreshes == 1)
        }
    }

    @Test(arguments: [nil, "0", "-1", "null", "\"soon\"", "1e300"])
    func `a token of unknown life is used until it is refused`(lifetime: String?) async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            endpoint.change { $0.lifetime = lifetime }
            let test = try test(endpoint, folder)
            _ = try await test.center.probe()
            test.clock.advance(by: .hours(100))
            _ = try await test.center.probe()
            #expect(endpoint.refreshes == 1)
            endpoint.revokeAccess()
            _ = try await test.center.probe()
            #expect(endpoint.refreshes == 2)
        }
    }

    @Test func `many calls at once refresh once, at the start and after a refusal`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            let test = try test(endpoint, folder)
            for expected in 1...3 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<40 { group.addTask { _ = try await test.center.probe() } }
                    try await group.waitForAll()
                }
                #expect(endpoint.refreshes == expected)
                endpoint.revokeAccess()
            }
        }
    }

    @Test func `a token endpoint that fails for a while is asked again`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            endpoint.change { $0.faults = [HTTPResponse(status: 503), HTTPResponse(status: 429), .json("<html>")] }
            _ = try await test(endpoint, folder).center.probe()
            #expect(endpoint.refreshes == 1)
        }
    }

    @Test func `those who waited for a refresh that failed share its failure`() async throws {
        try await withTemporaryFolder { folder in
            let gate = Turnstile()
            try await gate.enter()
            let exchange = ScriptedExchange { _, place in
                if place == 0 { try? await gate.enter() }
                return HTTPResponse(status: 503)
            }
            let tokens = try refreshingTokens(exchange, folder)
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 {
                    group.addTask { (try? await tokens.current(retrying: RetryPolicy(attempts: 4))) == nil }
                }
                try? await eventually { gate.waitingCount == 1 && tokens.turnstile.waitingCount == 19 }
                gate.leave()
                for await hasFailed in group { #expect(hasFailed) }
            }
            #expect(exchange.requests.count == 4)
        }
    }

    private func refreshingTokens(_ exchange: ScriptedExchange, _ folder: String) throws -> RefreshingTokens {
        let stopwatch = Stopwatch(InstantClock())
        let grants = TokenGrants(
            organization: try #require(OrganizationName("acme")),
            oauthBaseURL: try #require(URL(string: "https://oauth.example.com/v1")),
            clientID: "the client",
            clientSecret: Secret("s"),
            exchange: exchange,
            now: { TestCenter.now }
        )
        return RefreshingTokens(
            organizationID: try #require(OrganizationID(TestCenter.organizationID)),
            configured: Secret("first"),
            store: TokenStore(path: folder + "/acme.json"),
            grants: grants,
            limiter: RequestLimiter(requestsPerMinute: 50, stopwatch: stopwatch),
            stopwatch: stopwatch,
            now: { TestCenter.now },
            logger: .quiet
        )
    }

    @Test func `an early renewal that fails leaves the present token in use`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            let test = try test(endpoint, folder)
            _ = try await test.center.probe()
            test.clock.advance(by: .hours(8 * 24))
            endpoint.change { $0.faults = Array(repeating: HTTPResponse(status: 503), count: 4) }
            _ = try await test.center.probe()
            #expect(endpoint.refreshes == 1)
            _ = try await test.center.probe()
            #expect(endpoint.refreshes == 2)
        }
    }

    @Test func `the kept pair wins over the configured token until that changes`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            _ = try await test(endpoint, folder).center.probe()
            endpoint.revokeAccess()
            _ = try await test(endpoint, folder).center.probe()
            #expect(endpoint.refreshes == 2)
            endpoint.change { $0.accepted = ["second"] }
            endpoint.revokeAccess()
            let stale = try test(endpoint, folder)
            let error = try await providerError { _ = try await stale.center.probe() }
            #expect(error.code == .authorization)
            _ = try await test(endpoint, folder, refreshToken: "second").center.probe()
            #expect(endpoint.refreshes == 3)
        }
    }

    @Test func `a provider that gives no new refresh token leaves the old one in use`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            endpoint.change { $0.rotates = false }
            let test = try test(endpoint, folder)
            _ = try await test.center.probe()
            endpoint.revokeAccess()
            _ = try await test.center.probe()
            #expect(test.exchange.requests(ending: "access_token").map(\.form["refresh_token"]) == ["first", "first"])
        }
    }

    @Test func `what another process has renewed is taken over`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            let (one, other) = (try test(endpoint, folder), try test(endpoint, folder))
            _ = try await one.center.probe()
            _ = try await other.center.probe()
            endpoint.revokeAccess()
            one.clock.advance(by: .seconds(5))
            _ = try await one.center.probe()
            #expect(endpoint.refreshes == 2)
            _ = try await other.center.probe()
            #expect(endpoint.refreshes == 2)
            #expect(other.exchange.requests(ending: "access_token").isEmpty)
        }
    }

    @Test func `a token of another organization is refused but its pair is kept`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first", organization: "11111111-2222-4333-8444-555555555555")
            let test = try test(endpoint, folder)
            for _ in 0..<3 {
                let error = try await providerError { _ = try await test.center.probe() }
                #expect(error.code == .wrongOrganization)
                #expect(!error.description.contains("A1_"))
            }
            #expect(endpoint.refreshes == 1)
            #expect(test.exchange.requests.count == 1)
        }
    }

    @Test func `an answer without an access token is malformed`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            endpoint.change { $0.faults = Array(repeating: .json(#"{"expires_in":1}"#), count: 4) }
            let error = try await providerError { _ = try await test(endpoint, folder).center.probe() }
            #expect(error.code == .malformed)
        }
    }

    @Test func `a refresh that is under way when its caller is cancelled still reaches the disk`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = TokenEndpoint(accepting: "first")
            let gate = Turnstile()
            try await gate.enter()
            let exchange = ScriptedExchange { request, place throws(TransferError) in
                do {
                    if place == 0 { try await gate.enter() }
                } catch {
                    throw TransferError(.cancelled, "cancelled")
                }
                return try await endpoint.exchange.perform(request)
            }
            let test = try TestCenter(exchange, credentials: credentials(folder))
            let task = Task { try await test.center.probe() }
            try await eventually { gate.waitingCount == 1 }
            task.cancel()
            gate.leave()
            _ = await task.result
            #expect(try await test.center.tokenStatus().obtained != nil)
            #expect(FileManager.default.fileExists(atPath: folder + "/tokens/acme.json"))
        }
    }
}
