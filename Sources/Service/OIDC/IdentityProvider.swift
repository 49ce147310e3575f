import Foundation
import JWTKit
import Recordings
import Settings
import Text
import Transfer
import Waiting

/// The organization's own identity provider (OpenID Connect): its description, its keys, and its tokens.
actor IdentityProvider {
    /// What the provider says about itself (OpenID Connect Discovery 1.0).
    struct Description: Sendable, Hashable {
        var authorization: URL
        var token: URL
        var keys: URL
    }

    private struct Known<Value> {
        var value: Value
        var time: Timestamp
    }

    let settings: OIDCSettings
    private let secret: LiveSecret?
    private let exchange: @Sendable () async throws -> any HTTPExchange
    private let now: @Sendable () -> Timestamp
    private var description: Known<Description>?
    /// The keys by their IDs.
    private var keys: Known<[String: JSONValue]>?
    /// Why the provider could not be asked last; `nil` if it could.
    private var failure: Known<any Error>?
    /// Whose turn it is to ask for the description or the keys: one at a time, so that all others use the same answer.
    private let turns = WaitingLine<Int, Void>(1) { left in
        guard left > 0 else { return nil }
        left -= 1
        return ()
    }

    /// How long the description and the keys are used before they are fetched again.
    private static let memory = Duration.hours(1)
    /// How soon keys may be fetched again because a token names one that is not known, and how soon the provider is asked
    /// again after a failure. In between, nobody waits for it.
    private static let patience = Duration.seconds(10)
    /// How far the provider's clock may be from this machine's.
    private static let leeway = Duration.seconds(60)
    /// The accepted algorithms: only those with a public key. `none` is not one of them, and neither is an algorithm whose
    /// key is a shared secret.
    private static let algorithms: Set<String> = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    ]
    private static let longestToken = 16 << 10

    /// Asks nothing yet.
    init(
        _ settings: OIDCSettings,
        now: @escaping @Sendable () -> Timestamp,
        exchange: @escaping @Sendable () async throws -> any HTTPExchange
    ) {
        self.settings = settings
        self.now = now
        self.exchange = exchange
        secret = settings.clientSecret.map(LiveSecret.init)
    }

    // MARK: - Login

    /// The address to which a browser is sent for a login.
    /// - Parameter attempt: what the answer is compared with.
    func loginAddress(_ attempt: LoginAttempt, redirectURI: String) async throws -> String {
        let place = try await known().authorization.absoluteString
        let fields = [
            ("response_type", "code"), ("client_id", settings.clientID), ("redirect_uri", redirectURI),
            ("scope", settings.scopes.joined(separator: " ")), ("state", attempt.state), ("nonce", attempt.nonce),
            ("code_challenge", attempt.challenge), ("code_challenge_method", "S256"),
        ]
        return place + (place.contains("?") ? "&" : "?") + Self.form(fields)
    }

    /// Exchanges a code for the token that says who logged in.
    /// - Throws: ``Problem`` if the provider refuses the code, or its token is not acceptable.
    func person(code: String, _ attempt: LoginAttempt, redirectURI: String) async throws -> Person {
        var fields = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURI),
            ("code_verifier", attempt.verifier),
        ]
        var headers: HTTPHeaders = [
            "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded",
        ]
        if let secret {
            // Both parts are encoded like a form's (RFC 6749, section 2.3.1).
            let pair = "\(PercentCoding.encoded(settings.clientID)):\(PercentCoding.encoded(try secret.text))"
            headers["Authorization"] = "Basic \(Data(pair.utf8).base64EncodedString())"
        } else {
            fields.append(("client_id", settings.clientID))
        }
        let place = try await known().token
        var request = HTTPRequest(.post, place, headers: headers, body: Data(Self.form(fields).utf8))
        request.totalTimeout = .seconds(20)
        request.maximumResponseBytes = 1 << 20
        request.isRepeatable = false
        let response = try await exchange().perform(request)
        guard response.status == 200 else {
            throw Problem.loginRefused("the identity provider refused the login; try again")
        }
        guard let token = (try? JSONReader.value(of: response.body, maxValues: 10_000))?["id_token"]?.text else {
            throw Problem.identityProvider("the identity provider gave no ID token; check its scopes")
        }
        return try await person(token, nonce: attempt.nonce)
    }

    // MARK: - Tokens

    /// The person whom a signed token names.
    /// - Parameter nonce: what an ID token has to repeat; `nil` for a bearer token.
    /// - Throws: ``Problem`` with status 401 if the token is not one of this provider for this service, or has expired.
    func person(_ token: String, nonce: String? = nil) async throws -> Person {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard token.utf8.count <= Self.longestToken, parts.count == 3, let header = Self.json(parts[0]),
            let claims = Self.json(parts[1])
        else { throw Self.refusal("it is not a signed JSON web token") }
        guard let algorithm = header.member("alg")?.text, Self.algorithms.contains(algorithm) else {
            throw Self.refusal("its algorithm is not accepted")
        }
        guard header.member("crit") == nil else { throw Self.refusal("it has extensions that are not known") }
        // What it says is read only after its signature was checked, except for the issuer: keys of another one are
        // not fetched.
        guard claims.member("iss")?.text == settings.issuer else { throw Self.refusal("it is of another issuer") }
        try await requireSignature(of: token, algorithm, keyID: header.member("kid")?.text)
        try requireCurrent(claims, nonce: nonce)
        guard let subject = claims.member("sub")?.text, (1...255).contains(subject.utf8.count),
            subject.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw Self.refusal("it names nobody") }
        return Person(
            issuer: settings.issuer,
            subject: subject,
            name: Self.name(in: claims) ?? subject,
            groups: Self.groups(claims.member(settings.groupsClaim)),
            expiresTime: Self.time(claims.member("exp"))
        )
    }

    private func requireCurrent(_ claims: JSONValue, nonce: String?) throws(Problem) {
        let now = now()
        let audience = claims.member("aud")
        let audiences = audience?.text.map { [$0] } ?? audience?.elements?.compactMap(\.text) ?? []
        guard audiences.contains(settings.clientID) else { throw Self.refusal("it is for another service") }
        if let party = claims.member("azp")?.text, audiences.count > 1 || nonce != nil, party != settings.clientID {
            throw Self.refusal("it was issued to another service")
        }
        guard let expires = Self.time(claims.member("exp")) else { throw Self.refusal("it has no expiry") }
        guard now < expires + Self.leeway else { throw Self.refusal("it has expired", code: "token_expired") }
        for name in ["nbf", "iat"] {
            guard let time = Self.time(claims.member(name)) else { continue }
            guard time <= now + Self.leeway else { throw Self.refusal("it is not valid yet") }
        }
        guard nonce == nil || claims.member("nonce")?.text == nonce else {
            throw Self.refusal("it belongs to another login")
        }
    }

    private func requireSignature(of token: String, _ algorithm: String, keyID: String?) async throws {
        guard let found = try await key(keyID),
            let key = try? JSONDecoder().decode(JWK.self, from: JSONWriter.data(found))
        else { throw Self.refusal("its key is not the identity provider's") }
        guard found.member("alg")?.text ?? algorithm == algorithm else {
            throw Self.refusal("its algorithm is not that of its key")
        }
        do {
            let collection = JWTKeyCollection()
            try await collection.add(jwk: key)
            _ = try await collection.verify(token, as: SignedContent.self)
        } catch {
            throw Self.refusal("its signature is not valid")
        }
    }

    /// Any content: what it says is read after its signature was checked.
    private struct SignedContent: JWTPayload {
        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    // MARK: - Description and keys

    private func known() async throws -> Description {
        func recent() -> Description? {
            description.flatMap { now() - $0.time < Self.memory ? $0.value : nil }
        }
        if let found = recent() { return found }
        guard await turns.wait() != nil else { throw CancellationError() }
        defer { turns.change { $0 += 1 } }
        if let found = recent() { return found }
        do {
            let json = try await fetch("\(settings.issuer.trimmingSlash)/.well-known/openid-configuration")
            guard json.member("issuer")?.text == settings.issuer else {
                throw ServiceError(.identityProvider, "\(settings.issuer) says that its issuer is another")
            }
            func place(_ name: String) throws -> URL {
                guard let text = json.member(name)?.text, let url = URL(string: text), Self.isProtected(url) else {
                    throw ServiceError(.identityProvider, "\(settings.issuer) has no \(name) with https")
                }
                return url
            }
            let found = try Description(
                authorization: place("authorization_endpoint"),
                token: place("token_endpoint"),
                keys: place("jwks_uri")
            )
            description = Known(value: found, time: now())
            return found
        } catch {
            // A provider that cannot be reached for a while has not changed.
            if let description { return description.value }
            throw error
        }
    }

    /// The key with this ID, or the only one. The keys are fetched again if it is not known, because providers replace
    /// them.
    private func key(_ id: String?) async throws -> JSONValue? {
        /// The inner value is missing if the keys are too new to ask for others.
        func recent() -> JSONValue?? {
            guard let keys else { return nil }
            let (key, age) = (Self.key(id, keys.value), now() - keys.time)
            if let key { return age < Self.memory ? .some(key) : nil }
            return age < Self.patience ? .some(nil) : nil
        }
        if let found = recent() { return found }
        do {
            let place = try await known().keys.absoluteString
            guard await turns.wait() != nil else { throw CancellationError() }
            defer { turns.change { $0 += 1 } }
            if let found = recent() { return found }
            let json = try await fetch(place)
            var found: [String: JSONValue] = [:]
            for (place, item) in (json.member("keys")?.elements ?? []).enumerated() {
                guard case .object(var members) = item, item.member("use")?.text ?? "sig" == "sig" else { continue }
                let name = item.member("kid")?.text ?? "#\(place)"
                if item.member("kid") == nil { members.append(JSONMember("kid", .string(name))) }
                found[name] = .object(members)
            }
            keys = Known(value: found, time: now())
        } catch {
            guard keys != nil else { throw error }
        }
        return keys.flatMap { Self.key(id, $0.value) }
    }

    private static func key(_ id: String?, _ keys: [String: JSONValue]) -> JSONValue? {
        if let id { return keys[id] }
        return keys.count == 1 ? keys.values.first : nil
    }

    /// Asks the provider, or fails at once if that failed shortly before.
    private func fetch(_ address: String) async throws -> JSONValue {
        if let failure, now() - failure.time < Self.patience { throw failure.value }
        do {
            let json = try await answer(from: address)
            failure = nil
            return json
        } catch {
            if !(error is CancellationError) { failure = Known(value: error, time: now()) }
            throw error
        }
    }

    private func answer(from address: String) async throws -> JSONValue {
        guard let url = URL(string: address), Self.isProtected(url) else {
            throw ServiceError(.identityProvider, "\(address) is not an address with https")
        }
        var request = HTTPRequest(.get, url, headers: ["Accept": "application/json"])
        request.totalTimeout = .seconds(20)
        request.maximumResponseBytes = 1 << 20
        let response = try await exchange().perform(request)
        guard response.status == 200, let json = try? JSONReader.value(of: response.body, maxValues: 10_000) else {
            throw ServiceError(
                .identityProvider,
                "\(address) answered with status \(response.status), or not with JSON"
            )
        }
        return json
    }
}

// MARK: - Parts

extension IdentityProvider {
    private static func isProtected(_ url: URL) -> Bool {
        guard let host = url.host(), !host.isEmpty else { return false }
        return url.scheme == "https" || url.scheme == "http" && Address.isLoopback(host)
    }

    private static func refusal(_ detail: String, code: String = "token_refused") -> Problem {
        .tokenRefused(detail, code: code)
    }

    private static func json(_ part: Substring) -> JSONValue? {
        guard let bytes = Base64URL.bytes(part),
            let json = try? JSONReader.value(of: Data(bytes), maxValues: 10_000), case .object = json
        else { return nil }
        return json
    }

    /// A NumericDate: seconds since 1970.
    private static func time(_ json: JSONValue?) -> Timestamp? {
        guard case .number(let text) = json, let seconds = Double(text), (0...1e11).contains(seconds) else {
            return nil
        }
        return Timestamp(millisecondsSince1970: Int64(seconds * 1000))
    }

    private static func groups(_ json: JSONValue?) -> [String] {
        json?.text.map { [$0] } ?? json?.elements?.compactMap(\.text) ?? []
    }

    private static func name(in claims: JSONValue) -> String? {
        for claim in ["preferred_username", "email", "name"] {
            guard let text = claims.member(claim)?.text, (1...255).contains(text.utf8.count),
                text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
            else { continue }
            return text
        }
        return nil
    }

    private static func form(_ fields: [(String, String)]) -> String {
        fields.map { "\($0)=\(PercentCoding.encoded($1))" }.joined(separator: "&")
    }
}

extension String {
    /// Without the slash at its end, if it has one.
    fileprivate var trimmingSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}
