import Foundation
import Simulator
import Testing

@Suite struct TokenTests {
    @Test func `a refresh gives a bearer token that works, with its lifetime`() async throws {
        try await withSimulator { simulator, client async throws in
            let answer = try await client.token(client.refresh)
            #expect(answer.status == 200)
            let pair = try answer.json()
            #expect(pair["expires_in"] as? Int == 1_209_600 && pair["refresh_token_expires_in"] as? Int == 7_776_000)
            #expect(pair["refresh_token"] as? String == simulator.refreshToken)
            let token = try #require(pair["access_token"] as? String)
            #expect(token.split(separator: "_").count == 3 && token.hasSuffix("_\(simulator.organizationID)"))
            var other = client
            other.token = token
            #expect(try await other.allTasks().status == 200)
        }
    }

    @Test func `with rotation the old refresh token ends`() async throws {
        var options = SimulatorOptions()
        options.tokens.rotatesRefreshTokens = true
        try await withSimulator(options: options) { _, client async throws in
            var fields = client.refresh
            let next = try #require(try await client.token(fields).json()["refresh_token"] as? String)
            #expect(next != fields["refresh_token"])
            #expect(try await client.token(fields).status == 400)
            fields["refresh_token"] = next
            #expect(try await client.token(fields).status == 200)
        }
    }

    @Test(arguments: [
        ("client_secret", "wrong", "invalid_client"), ("client_id", "nobody", "invalid_client"),
        ("refresh_token", "stale", "invalid_grant"), ("grant_type", "password", "unsupported_grant_type"),
    ])
    func `a bad refresh is refused in either shape`(field: String, value: String, code: String) async throws {
        try await withSimulator { simulator, client async throws in
            var fields = client.refresh
            fields[field] = value
            let plain = try await client.token(fields)
            #expect(plain.status == 400)
            #expect(try plain.json()["error"] as? String == code)
            simulator.change { $0.tokens.errorShape = .webex }
            let webex = try await client.token(fields, ["-H", "TrackingId: T_1"])
            #expect(webex.status == 400)
            #expect(try webex.json()["trackingId"] as? String == "T_1")
            #expect(try webex.json()["errors"] is [Any])
        }
    }

    @Test func `tokens end by the simulator's clock, and a refresh starts the refresh token's time anew`() async throws
    {
        var options = SimulatorOptions()
        options.tokens.accessLifetime = .seconds(60)
        options.tokens.refreshLifetime = .seconds(600)
        try await withSimulator(options: options) { simulator, client async throws in
            #expect(try await client.allTasks().status == 200)
            simulator.clock.advance(by: .seconds(61))
            #expect(try await client.allTasks().status == 401)
            for _ in 0..<2 {
                simulator.clock.advance(by: .seconds(500))
                #expect(try await client.token(client.refresh).status == 200)
            }
            simulator.clock.advance(by: .seconds(601))
            #expect(try await client.token(client.refresh).status == 400)
        }
    }

    @Test func `a body that is not a form is refused`() async throws {
        try await withSimulator { simulator, client async throws in
            #expect(try await client.token(client.refresh, ["-H", "Content-Type: application/json"]).status == 400)
            #expect(try await client.fetch("\(simulator.oauthBaseURL)/access_token", withToken: false).status == 405)
        }
    }

    @Test func `requests without a token, with a stale one or without the scope are told apart`() async throws {
        try await withSimulator { simulator, client async throws in
            let url = "\(simulator.apiBaseURL)/tasks?from=\(simulator.clock.now.milliseconds - 1000)"
            #expect(try await client.fetch(url, withToken: false).status == 400)
            #expect(try await client.fetch(url, ["-H", "Authorization: Basic abc"], withToken: false).status == 400)
            #expect(try await client.fetch(url, ["-H", "Authorization: Bearer abc"], withToken: false).status == 401)
            var other = client
            other.token = simulator.issueAccessToken(scope: "spark:people_read")
            #expect(try await other.fetch(url).status == 403)
        }
    }

    @Test func `the probe distinguishes organizations`() async throws {
        try await withSimulator { simulator, client async throws in
            let own = try await client.fetch("\(simulator.origin)/organization/\(simulator.organizationID)")
            #expect(try own.json()["id"] as? String == simulator.organizationID)
            #expect(try await client.fetch("\(simulator.origin)/organization/other").status == 403)
        }
    }
}
