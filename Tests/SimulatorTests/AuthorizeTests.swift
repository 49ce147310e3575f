import Foundation
import Simulator
import TestSupport
import Testing

/// The browser's part of a login, with curl instead of the browser and openssl for PKCE.
@Suite struct AuthorizeTests {
    private static let redirectURI = "https://app/auth?from=webex"

    private func with(
        _ change: (inout TokenRules) -> Void = { _ in },
        _ body: (Simulator, Client) async throws -> Void
    ) async throws {
        var options = SimulatorOptions()
        options.tokens.redirectURIs = [Self.redirectURI]
        change(&options.tokens)
        try await withSimulator(calls: 2, options: options, body)
    }

    /// The fields of the redirect; `nil` if there is none.
    private func consent(
        _ simulator: Simulator,
        _ client: Client,
        _ changes: [String: String?] = [:]
    ) async throws -> [String: String]? {
        var fields: [String: String?] = [
            "response_type": "code", "client_id": simulator.clientID, "redirect_uri": Self.redirectURI,
            "scope": "cjp:config_read cjp:config_write", "state": "a&b =ü",
        ]
        fields.merge(changes) { $1 }
        let form = fields.compactMapValues(\.self).flatMap { ["--data-urlencode", "\($0.key)=\($0.value)"] }
        let answer = try await client.fetch("\(simulator.oauthBaseURL)/authorize", ["-G"] + form, withToken: false)
        guard answer.status == 302 else {
            #expect(answer.status == 400)
            return nil
        }
        let location = try #require(answer.headers["location"])
        #expect(location.hasPrefix("\(Self.redirectURI)&"))
        let items = try #require(URLComponents(string: location)?.queryItems)
        return Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
    }

    private func redeem(
        _ simulator: Simulator,
        _ client: Client,
        _ code: String?,
        _ changes: [String: String] = [:]
    ) async throws -> Client.Answer {
        let fields = [
            "grant_type": "authorization_code", "client_id": simulator.clientID,
            "client_secret": simulator.clientSecret, "code": code ?? "", "redirect_uri": Self.redirectURI,
        ]
        return try await client.token(fields.merging(changes) { $1 })
    }

    @Test func `a consent brings a code that is good once, and tokens with the scopes that were asked for`()
        async throws
    {
        try await with { simulator, client async throws in
            let redirect = try #require(try await consent(simulator, client))
            #expect(redirect["state"] == "a&b =ü" && redirect["from"] == "webex")
            let answer = try await redeem(simulator, client, redirect["code"])
            #expect(answer.status == 200)
            let pair = try answer.json()
            #expect(pair["scope"] as? String == "cjp:config_read cjp:config_write")
            #expect((pair["access_token"] as? String)?.hasSuffix("_\(simulator.organizationID)") == true)
            #expect(try await redeem(simulator, client, redirect["code"]).status == 400)
            var refresh = client.refresh
            refresh["refresh_token"] = try #require(pair["refresh_token"] as? String)
            let next = try await client.token(refresh).json()
            #expect(next["scope"] as? String == "cjp:config_read cjp:config_write")
        }
    }

    @Test(arguments: [
        ("redirect_uri", "https://app/auth"), ("code", "made-up"), ("client_secret", "wrong"), ("code_verifier", "x"),
    ])
    func `a code that does not come as it was asked for is refused in either shape`(
        field: String,
        value: String
    ) async throws {
        let challenge: [String: String?] =
            field == "code_verifier" ? ["code_challenge": "y", "code_challenge_method": "S256"] : [:]
        for shape in [TokenRules.ErrorShape.oauth, .webex] {
            try await with {
                $0.errorShape = shape
            } _: { simulator, client async throws in
                let redirect = try #require(try await consent(simulator, client, challenge))
                let answer = try await redeem(simulator, client, redirect["code"], [field: value])
                #expect(answer.status == 400)
                #expect(try answer.json()[shape == .oauth ? "error_description" : "message"] is String)
            }
        }
    }

    @Test func `a code is good for a short time`() async throws {
        try await with { simulator, client async throws in
            let redirect = try #require(try await consent(simulator, client))
            simulator.clock.advance(by: .seconds(301))
            #expect(try await redeem(simulator, client, redirect["code"]).status == 400)
        }
    }

    @Test func `a challenge as openssl makes it is met by its verifier only`() async throws {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        let script = "printf %s \(verifier) | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d ="
        let challenge = try await Tool.finish("sh", ["-c", script]).text
        let asked: [String: String?] = ["code_challenge": challenge, "code_challenge_method": "S256"]
        try await with { simulator, client async throws in
            for (given, status) in [(verifier, 200), (verifier + "x", 400), ("", 400)] {
                let redirect = try #require(try await consent(simulator, client, asked))
                let answer = try await redeem(simulator, client, redirect["code"], ["code_verifier": given])
                #expect(answer.status == status)
            }
            simulator.change { $0.tokens.knowsProofKeys = false }
            let redirect = try #require(try await consent(simulator, client, asked))
            #expect(try await redeem(simulator, client, redirect["code"]).status == 200)
        }
    }

    @Test(arguments: [
        ("response_type", "token", "unsupported_response_type"), ("scope", nil, "invalid_scope"),
        ("scope", "cjp:config_read everything", "invalid_scope"),
        ("code_challenge_method", "plain", "invalid_request"),
    ])
    func `what is wrong goes back with the redirect and the state`(
        field: String,
        value: String?,
        error: String
    ) async throws {
        try await with { simulator, client async throws in
            let redirect = try #require(
                try await consent(simulator, client, ["code_challenge": "y", field: value])
            )
            #expect(redirect["error"] == error && redirect["state"] == "a&b =ü" && redirect["code"] == nil)
        }
    }

    @Test func `a refusal goes back with its reason`() async throws {
        try await with {
            $0.deniesConsent = true
        } _: { simulator, client async throws in
            let redirect = try #require(try await consent(simulator, client))
            #expect(redirect["error"] == "access_denied" && redirect["error_description"]?.isEmpty == false)
        }
    }

    @Test(arguments: [
        ("redirect_uri", "https://app/auth?from=webe"), ("redirect_uri", "https://app/auth?from=webex/"),
        ("redirect_uri", nil), ("client_id", "nobody"),
    ])
    func `no browser is sent to an address that is not registered`(field: String, value: String?) async throws {
        try await with { simulator, client async throws in
            #expect(try await consent(simulator, client, [field: value]) == nil)
        }
    }

    @Test func `of organizations that share a client, the one signed in to is logged in to`() async throws {
        let acme = SimulatedOrganization.acme
        var other = SimulatedOrganization(name: "other", id: "11111111-2222-4333-8444-555555555555")
        (other.clientID, other.clientSecret) = (acme.clientID, acme.clientSecret)
        let world = try SimulatedWorld(seed: 7, organizations: [acme, other], days: ["2025-11-20"], callsPerDay: 1)
        var options = SimulatorOptions()
        options.tokens.redirectURIs = [Self.redirectURI]
        try await Simulator.running(world, options: options) { simulator in
            let client = Client(simulator)
            for name in [nil, "other", "acme"] {
                simulator.change { $0.tokens.signedInOrganization = name }
                let redirect = try #require(try await consent(simulator, client))
                let token = try await redeem(simulator, client, redirect["code"]).json()["access_token"] as? String
                #expect(token?.hasSuffix(name == "other" ? other.id : acme.id) == true)
            }
        }
    }
}
