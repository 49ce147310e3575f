import Foundation
import Recordings
import TestSupport
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct AuthorizationTests {
    private static let redirectURI = "http://localhost:8085/callark?from=webex"

    private func request(usesProofKey: Bool = true) throws -> AuthorizationRequest {
        var generator = SeededGenerator(state: 1)
        return try AuthorizationRequest(
            oauthBaseURL: try #require(URL(string: "https://oauth.example.com/v1/")),
            clientID: "C1&2",
            redirectURI: Self.redirectURI,
            scopes: ["cjp:config_read", "cjp:config_write"],
            usesProofKey: usesProofKey,
            using: &generator
        )
    }

    private func fields(_ request: AuthorizationRequest) throws -> [String: String] {
        let parts = try #require(URLComponents(url: request.url, resolvingAgainstBaseURL: false))
        return Dictionary(uniqueKeysWithValues: (parts.queryItems ?? []).map { ($0.name, $0.value ?? "") })
    }

    @Test func `the address has what the provider asks for, byte for byte`() throws {
        let request = try request()
        #expect(request.url.absoluteString.hasPrefix("https://oauth.example.com/v1/authorize?response_type=code&"))
        let fields = try fields(request)
        #expect(fields["client_id"] == "C1&2")
        #expect(fields["redirect_uri"] == Self.redirectURI)
        #expect(fields["scope"] == "cjp:config_read cjp:config_write")
        #expect(fields["state"] == request.state && request.state.count == 43)
        #expect(fields["code_challenge"] == request.proofKey?.challenge)
        #expect(fields["code_challenge_method"] == "S256")
        #expect(try self.fields(self.request(usesProofKey: false))["code_challenge"] == nil)
    }

    @Test func `no two logins have a state or a proof key in common`() throws {
        var generator = SystemRandomNumberGenerator()
        let texts = (0..<100).map { _ in Base64URL.random(using: &generator) }
        #expect(Set(texts).count == 100)
        #expect(texts.allSatisfy { $0.utf8.count == 43 && $0.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil })
    }

    /// The example in appendix B of RFC 7636.
    @Test func `the challenge is that of the standard's own example`() {
        let key = ProofKey(verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        #expect(key.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    }

    @Test func `the challenge is the one that openssl makes of the verifier`() async throws {
        for seed in 0..<8 {
            var generator = SeededGenerator(state: UInt64(seed))
            let key = ProofKey(using: &generator)
            let outcome = try await Tool.finish(
                "sh",
                ["-c", "openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d ="],
                input: Data(key.verifier.value.utf8)
            )
            #expect(outcome.text == key.challenge)
        }
    }

    @Test func `an answer counts by its state`() throws {
        let request = try request()
        #expect(request.answer(query: "code=a%2Bb&state=\(request.state)") == .code(Secret("a+b")))
        for query in [
            "", "code=a", "code=a&state=", "code=a&state=\(request.state)x", "state=\(request.state)",
            "code=&state=\(request.state)", "code=a&code=b&state=\(request.state)", "code=a%0Ab&state=\(request.state)",
            "code=a&state=\(request.state)&state=\(request.state)", "error=access_denied&state=made-up",
            "code=a%20b&state=\(request.state)", "&&=&=", "%", "state=%ff&code=%ff",
        ] {
            guard case .foreign = request.answer(query: query) else {
                Issue.record("\(query) was taken")
                continue
            }
        }
    }

    @Test func `a refusal is reported in one line of the provider's words`() throws {
        let request = try request()
        let query = "error=access_denied&error_description=No%0A%1B%5B31mway+today&state=\(request.state)"
        #expect(request.answer(query: query) == .refused("access_denied: No [31mway today"))
        #expect(request.answer(query: "error=&state=\(request.state)") == .refused("no reason given"))
    }

    @Test func `what is pasted may be the whole address or the code alone`() throws {
        let request = try request()
        let answer = "code=abc&state=\(request.state)"
        for text in [
            " \(Self.redirectURI)&\(answer)\r\n", "https://elsewhere/?\(answer)#", "?\(answer)", answer, " abc ",
        ] {
            #expect(request.answer(pasted: text) == .code(Secret("abc")), "\(text)")
        }
        for text in ["http://localhost:8085/callark?code=abc", "a b", "https://elsewhere/", "ü"] {
            guard case .foreign = request.answer(pasted: text) else {
                Issue.record("\(text) was taken")
                continue
            }
        }
    }
}

@Suite struct LoginTests {
    private func login(
        _ exchange: ScriptedExchange,
        _ folder: String,
        configured: String? = nil
    ) throws -> Login {
        let credentials = Credentials.refreshing(
            clientID: "the client",
            clientSecret: Secret("p&ss=w+rd é%"),
            refreshToken: configured.map(Secret.init),
            store: folder + "/tokens/acme.json"
        )
        return try #require(
            Login(
                try TestCenter.settings(credentials: credentials),
                exchange: exchange,
                retry: RetryPolicy(attempts: 4),
                clock: InstantClock(),
                now: { TestCenter.now }
            )
        )
    }

    private func center(_ endpoint: TokenEndpoint, _ folder: String, configured: String? = nil) throws -> TestCenter {
        try TestCenter(
            endpoint.exchange,
            credentials: .refreshing(
                clientID: "the client",
                clientSecret: Secret("p&ss=w+rd é%"),
                refreshToken: configured.map(Secret.init),
                store: folder + "/tokens/acme.json"
            )
        )
    }

    private func complete(_ login: Login, code: String = "good") async throws -> TokenStatus {
        let request = try login.request(redirectURI: "http://localhost:8085/callark", scopes: ["cjp:config_read"])
        return try await login.complete(request, code: Secret(code))
    }

    private func endpoint(organization: String = TestCenter.organizationID) -> TokenEndpoint {
        let endpoint = TokenEndpoint(accepting: "first", organization: organization)
        endpoint.change { $0.code = "good" }
        return endpoint
    }

    @Test func `a code becomes the pair that later calls use and renew`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = endpoint()
            let exchange = endpoint.exchange
            let status = try await complete(try login(exchange, folder))
            #expect(status.refreshExpires == TestCenter.now + .seconds(7_775_999))
            let form = exchange.requests[0].form
            #expect(form["grant_type"] == "authorization_code" && form["code"] == "good")
            #expect(form["redirect_uri"] == "http://localhost:8085/callark")
            #expect(form["code_verifier"]?.count == 43)
            _ = try await center(endpoint, folder).center.probe()
            #expect(endpoint.refreshes == 1)
            endpoint.revokeAccess()
            _ = try await center(endpoint, folder).center.probe()
            #expect(endpoint.refreshes == 2)
        }
    }

    @Test func `a login wins over the configured token until that changes`() async throws {
        try await withTemporaryFolder { folder in
            let endpoint = endpoint()
            _ = try await complete(try login(endpoint.exchange, folder, configured: "stale"))
            _ = try await center(endpoint, folder, configured: "stale").center.probe()
            #expect(endpoint.refreshes == 1)
            endpoint.change { $0.accepted.insert("newer") }
            let other = try center(endpoint, folder, configured: "newer")
            _ = try await other.center.probe()
            #expect(other.exchange.requests(ending: "access_token").map(\.form["refresh_token"]) == ["newer"])
        }
    }

    @Test func `a token of another organization is not kept, and what was kept stays`() async throws {
        try await withTemporaryFolder { folder in
            _ = try await complete(try login(endpoint().exchange, folder))
            let kept = try String(contentsOfFile: folder + "/tokens/acme.json", encoding: .utf8)
            let other = endpoint(organization: "11111111-2222-4333-8444-555555555555")
            let login = try login(other.exchange, folder)
            let error = try await providerError { _ = try await complete(login) }
            #expect(error.code == .wrongOrganization)
            #expect(error.advice.contains("private window"))
            #expect(try String(contentsOfFile: folder + "/tokens/acme.json", encoding: .utf8) == kept)
        }
    }

    @Test(arguments: [400, 401, 403])
    func `a code that is refused is not sent again, and nothing is kept`(status: Int) async throws {
        try await withTemporaryFolder { folder in
            let body = #"{"message":"bad code good of client p&ss=w+rd é%"}"#
            let exchange = ScriptedExchange { _, _ in .json(body, status: status) }
            let login = try login(exchange, folder)
            let error = try await providerError { _ = try await complete(login) }
            #expect(error.code == .authorization)
            #expect(error.advice.contains("log in again"))
            #expect(!error.description.contains("good") && !error.description.contains("p&ss"))
            #expect(exchange.requests.count == 1)
            #expect(!FileManager.default.fileExists(atPath: folder + "/tokens/acme.json"))
        }
    }

    @Test func `an endpoint that fails for a while is asked again, and one without a refresh token is malformed`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let endpoint = endpoint()
            endpoint.change { $0.faults = [HTTPResponse(status: 503), .json(#"{"access_token":"a"}"#)] }
            _ = try await complete(try login(endpoint.exchange, folder))
            endpoint.change { $0.faults = Array(repeating: .json(#"{"access_token":"a"}"#), count: 4) }
            let login = try login(endpoint.exchange, folder)
            let error = try await providerError { _ = try await complete(login) }
            #expect(error.code == .malformed && error.message.contains("no refresh_token"))
        }
    }

    @Test func `forgetting removes the pair, and what a killed process left`() async throws {
        try await withTemporaryFolder { folder in
            let login = try login(endpoint().exchange, folder)
            #expect(try await !login.forget())
            _ = try await complete(login)
            try Data("half".utf8).write(to: URL(filePath: folder + "/tokens/acme.json.new-999999999"))
            #expect(try await login.forget())
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/tokens") == ["acme.json.lock"])
        }
    }

    @Test func `one bearer token cannot be logged in with`() throws {
        let settings = try TestCenter.settings()
        let exchange = ScriptedExchange { _, _ in HTTPResponse(status: 500) }
        let login = Login(settings, exchange: exchange, retry: RetryPolicy(attempts: 1))
        if login != nil { Issue.record("it can") }
    }
}
