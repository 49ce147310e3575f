import Crypto
import Foundation
import Recordings
import Synchronization
import Testing
import Transfer

@testable import Service
@testable import Settings

/// Tokens of an identity provider, made here by hand, so that each can be wrong in one way.
@Suite struct `A token` {
    private static let issuer = Realm.issuer

    /// An identity provider that exists only as its answers, with a clock.
    private final class Realm: HTTPExchange {
        static let issuer = "https://login.example"

        private struct State {
            var keys: [String: P256.Signing.PrivateKey] = [:]
            var time = Timestamp(millisecondsSince1970: 1_763_625_600_000)
            var isReachable = true
            var requests = 0
        }

        private let state = Mutex(State())

        init() { replaceKeys(["k1"]) }

        var now: Timestamp { state.withLock(\.time) }
        var requests: Int { state.withLock(\.requests) }

        func pass(_ duration: Duration) { state.withLock { $0.time = $0.time + duration } }

        func setReachable(_ isReachable: Bool) { state.withLock { $0.isReachable = isReachable } }

        /// From now on the provider has new keys with these IDs.
        func replaceKeys(_ names: [String]) {
            state.withLock { state in
                state.keys = Dictionary(uniqueKeysWithValues: names.map { ($0, P256.Signing.PrivateKey()) })
            }
        }

        func key(_ name: String) throws -> P256.Signing.PrivateKey {
            try #require(state.withLock { $0.keys[name] })
        }

        func perform(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse {
            let (isReachable, keys) = state.withLock { state in
                state.requests += 1
                return (state.isReachable, state.keys)
            }
            guard isReachable else { throw TransferError(.unreachable, "no connection") }
            let body: String
            switch request.url.absoluteString {
            case "\(Self.issuer)/.well-known/openid-configuration":
                body = """
                    {"issuer":"\(Self.issuer)","authorization_endpoint":"\(Self.issuer)/authorize",
                    "token_endpoint":"\(Self.issuer)/token","jwks_uri":"\(Self.issuer)/keys"}
                    """
            case "\(Self.issuer)/keys":
                let list = keys.map { name, key in
                    let point = key.publicKey.x963Representation.dropFirst()
                    let (x, y) = (Base64URL.text(point.prefix(32)), Base64URL.text(point.suffix(32)))
                    return
                        #"{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"\#(name)","x":"\#(x)","y":"\#(y)"}"#
                }
                // Keys of kinds that nobody here knows are passed over.
                body = #"{"keys":[{"kty":"new","kid":"odd"},\#(list.joined(separator: ","))]}"#
            default: return HTTPResponse(status: 404)
            }
            return HTTPResponse(status: 200, body: Data(body.utf8))
        }
    }

    private func provider(_ realm: Realm) -> IdentityProvider {
        let settings = OIDCSettings(
            issuer: Self.issuer,
            clientID: "callark",
            grants: [OIDCSettings.Grant(group: "staff", role: "viewer")]
        )
        return IdentityProvider(settings, now: { realm.now }, exchange: { realm })
    }

    /// A signed token.
    /// - Parameters:
    ///   - changes: claims that replace the right ones, as JSON; `nil` leaves one out.
    private func token(
        _ realm: Realm,
        header: String = #"{"typ":"JWT","alg":"ES256","kid":"k1"}"#,
        _ changes: [String: String?] = [:],
        key: P256.Signing.PrivateKey? = nil
    ) throws -> String {
        let now = realm.now.millisecondsSince1970 / 1000
        let right: [String: String?] = [
            "iss": "\"\(Self.issuer)\"", "sub": "\"u-1\"", "aud": "\"callark\"", "exp": "\(now + 300)", "iat": "\(now)",
            "preferred_username": "\"ann\"", "groups": #"["staff","others"]"#,
        ]
        let claims = right.merging(changes) { $1 }.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }
        let content = [header, "{\(claims.joined(separator: ","))}"].map { Base64URL.text($0.utf8) }
            .joined(separator: ".")
        let signature = try (key ?? realm.key("k1")).signature(for: Data(content.utf8))
        return "\(content).\(Base64URL.text(signature.rawRepresentation))"
    }

    private func refusal(_ token: String, _ provider: IdentityProvider, nonce: String? = nil) async throws -> String? {
        do {
            _ = try await provider.person(token, nonce: nonce)
            return nil
        } catch let problem as Problem {
            #expect(["token_refused", "token_expired"].contains(problem.code))
            return problem.detail
        }
    }

    @Test func `of the provider for this service names a person`() async throws {
        let realm = Realm()
        let provider = provider(realm)
        let person = try await provider.person(token(realm))
        #expect(person.subject == "u-1" && person.name == "ann" && person.groups == ["staff", "others"])
        #expect(person.expiresTime == realm.now + .seconds(300))
        #expect(person.grant(await provider.settings)?.role == .viewer)
        let many = try token(realm, ["aud": #"["other","callark"]"#, "groups": "\"staff\""])
        #expect(try await provider.person(many).groups == ["staff"])
        // A clock may be a little wrong.
        let now = realm.now.millisecondsSince1970 / 1000
        for claim in ["iat", "nbf"] { _ = try await provider.person(token(realm, [claim: "\(now + 50)"])) }
        _ = try await provider.person(token(realm, ["exp": "\(now - 50)"]))
    }

    @Test func `is refused if anything in it is not right`() async throws {
        let realm = Realm()
        let provider = provider(realm)
        let now = realm.now.millisecondsSince1970 / 1000
        let (past, future) = ("\(now - 61)", "\(now + 61)")
        typealias Case = (changes: [String: String?], words: String)
        var cases: [Case] = [
            (["iss": "\"https://evil.example\""], "another issuer"), (["iss": nil], "another issuer"),
            (["aud": "\"other\""], "another service"), (["aud": "[]"], "another service"),
            (["aud": nil], "another service"),
        ]
        cases.append((["iss": "\"\(Self.issuer)/\""], "another issuer"))
        cases.append((["aud": #"["callark","other"]"#, "azp": "\"other\""], "issued to another"))
        cases += [(["exp": past], "expired"), (["exp": nil], "no expiry"), (["exp": "\"\(future)\""], "no expiry")]
        cases += [(["nbf": future], "not valid yet"), (["iat": future], "not valid yet")]
        cases += [
            (["sub": nil], "names nobody"), (["sub": "\"\""], "names nobody"), (["sub": "\"a\\nb\""], "names nobody"),
        ]
        for (changes, words) in cases {
            let found = try await refusal(token(realm, changes), provider)
            #expect(found?.contains(words) == true, "\(changes): \(found ?? "accepted")")
        }
        let login = try token(realm, ["nonce": "\"n-1\""])
        #expect(try await refusal(login, provider, nonce: "n-1") == nil)
        #expect(try await refusal(login, provider, nonce: "n-2")?.contains("another login") == true)
        #expect(try await refusal(token(realm), provider, nonce: "n-1")?.contains("another login") == true)
    }

    @Test func `is refused if it is not signed with a key of the provider`() async throws {
        let realm = Realm()
        let provider = provider(realm)
        let good = try token(realm)
        let parts = good.split(separator: ".").map(String.init)
        func part(_ json: String) -> String { Base64URL.text(json.utf8) }
        let none = part(#"{"typ":"JWT","alg":"none"}"#)
        // A verifier that takes the public key for a shared secret would accept this one.
        let hmacHeader = part(#"{"typ":"JWT","alg":"HS256","kid":"k1"}"#)
        let secret = SymmetricKey(data: try realm.key("k1").publicKey.x963Representation)
        let code = HMAC<SHA256>.authenticationCode(for: Data("\(hmacHeader).\(parts[1])".utf8), using: secret)
        let stranger = P256.Signing.PrivateKey()
        let content = parts[1]
        let shouted = part(#"{"alg":"NONE","kid":"k1"}"#)
        var forged = ["\(none).\(content).", "\(none).\(content).\(parts[2])", "\(shouted).\(content)."]
        forged.append("\(hmacHeader).\(content).\(Base64URL.text(code))")
        forged += ["\(parts[0]).\(content).", "\(parts[0]).\(content)", good + "x", good + ".x", "..", "a.b.c"]
        forged.append(String(repeating: "x", count: 20_000) + ".a.b")
        forged.append(try token(realm, key: stranger))
        // A key that the token brings along, or names the address of, is nobody's.
        for header in [
            #"{"alg":"ES256","kid":"k2"}"#, #"{"alg":"ES256","jku":"https://evil.example/keys","kid":"k9"}"#,
        ] {
            forged.append(try token(realm, header: header, key: stranger))
        }
        for header in [
            #"{"alg":"RS256","kid":"k1"}"#, #"{"alg":"ES256","kid":"odd"}"#,
            #"{"alg":"ES256","kid":"k1","crit":["x"],"x":1}"#,
        ] {
            forged.append(try token(realm, header: header))
        }
        let other = try token(realm, ["sub": "\"root\""]).split(separator: ".")[1]
        forged.append("\(parts[0]).\(other).\(parts[2])")
        for text in forged { #expect(try await refusal(text, provider) != nil, "\(text.prefix(100))") }
        #expect(try await refusal(good, provider) == nil)
    }

    @Test func `is checked with new keys when the provider has replaced its keys`() async throws {
        let realm = Realm()
        let provider = provider(realm)
        let old = try token(realm)
        #expect(try await refusal(old, provider) == nil)
        realm.replaceKeys(["k2"])
        let header = #"{"alg":"ES256","kid":"k2"}"#
        let new = try token(realm, header: header, key: realm.key("k2"))
        // Whoever sends tokens with invented key IDs does not make the service ask the provider each time.
        #expect(try await refusal(new, provider) != nil)
        realm.pass(.seconds(10))
        #expect(try await refusal(new, provider) == nil)
        #expect(try await refusal(old, provider)?.contains("key is not") == true)
        let before = realm.requests
        for _ in 0..<20 { _ = try await refusal(old, provider) }
        #expect(realm.requests - before <= 1)
    }

    @Test func `is checked while the provider cannot be reached, with what is known`() async throws {
        let realm = Realm()
        let provider = provider(realm)
        #expect(try await refusal(token(realm), provider) == nil)
        realm.setReachable(false)
        realm.pass(.hours(2))
        #expect(try await refusal(token(realm), provider) == nil)
        let other = self.provider(realm)
        await #expect(throws: TransferError.self) { _ = try await other.person(token(realm)) }
    }

    @Test func `waits for a provider that cannot be reached once, and not again for some seconds`() async throws {
        let realm = Realm()
        let provider = provider(realm)
        realm.setReachable(false)
        let text = try token(realm)
        // However many come at once, one asks.
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    await #expect(throws: TransferError.self) { _ = try await provider.person(text) }
                }
            }
        }
        #expect(realm.requests == 1)
        realm.setReachable(true)
        realm.pass(.seconds(9))
        await #expect(throws: TransferError.self) { _ = try await provider.person(text) }
        #expect(realm.requests == 1)
        realm.pass(.seconds(1))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    await #expect(throws: Never.self) { _ = try await provider.person(text) }
                }
            }
        }
        // The description and the keys, once each.
        #expect(realm.requests == 3)
    }

    @Test func `gives the role of the first group in the configuration`() throws {
        let acme = try #require(OrganizationName("acme"))
        let settings = OIDCSettings(
            issuer: Self.issuer,
            clientID: "callark",
            grants: [
                OIDCSettings.Grant(group: "a", role: "auditor", organizations: [acme]),
                OIDCSettings.Grant(group: "b", role: "admin"),
            ]
        )
        func person(_ groups: [String]) -> Person {
            Person(issuer: Self.issuer, subject: "u", name: "u", groups: groups, expiresTime: nil)
        }
        #expect(person(["b", "a"]).grant(settings)?.role == .auditor)
        #expect(person(["b", "a"]).grant(settings)?.organizations == [acme])
        #expect(person(["b"]).grant(settings)?.role == .admin)
        #expect(person(["b"]).grant(settings)?.organizations == nil)
        #expect(person(["c"]).grant(settings) == nil && person([]).grant(settings) == nil)
        #expect(Set(OIDCSettings.roles) == Set(Role.allCases.map(\.rawValue)))
    }

    @Test func `of a login that began is only for the browser in which it began`() throws {
        let now = Timestamp(millisecondsSince1970: 1_763_625_600_000)
        let attempts = LoginAttempts()
        let attempt = LoginAttempt(destination: "/", now: now)
        let text = try attempts.text(attempt)
        #expect(attempts.attempt(text) == attempt)
        #expect(LoginAttempts().attempt(text) == nil)
        #expect(attempts.attempt("") == nil && attempts.attempt(text.dropLast(3) + "AAA") == nil)
        #expect(!attempt.isOver(at: now + .minutes(10)) && attempt.isOver(at: now + .minutes(11)))
    }
}
