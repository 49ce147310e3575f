import Crypto
import Foundation

/// Issues tokens and knows which of them are valid, by the simulator's clock (wxcc-api 3).
struct TokenOffice: Sendable {
    struct Grant: Sendable {
        var organization: Int
        /// Space separated.
        var scope: String
        var isServiceApp: Bool
        var expires: Moment
        /// Whether an administrator has consented to exactly these scopes in a browser.
        var isConsent = false

        var scopes: Set<String> { Set(scope.split(separator: " ").map(String.init)) }
    }

    /// A code for the browser, and the parameters of its request.
    struct Code: Sendable {
        var organization: Int
        var client: String
        var redirectURI: String
        var scope: String
        /// The PKCE challenge (S256); `nil` if none was sent.
        var challenge: String?
        var expires: Moment
    }

    /// A pair as in the token endpoint's answer; lifetimes in seconds.
    struct Pair: Sendable {
        var access: String
        var accessLifetime: Int64
        var refresh: String
        var refreshLifetime: Int64
        var scope: String
    }

    private let seed: UInt64
    private var serial: UInt64 = 0
    private var access: [String: Grant] = [:]
    private var refresh: [String: Grant] = [:]
    private var codes: [String: Code] = [:]

    init(seed: UInt64, organizations: [SimulatedOrganization], now: Moment, rules: TokenRules) {
        self.seed = seed
        for (index, organization) in organizations.enumerated() {
            refresh[organization.refreshToken] = Self.grant(index, rules, now + rules.refreshLifetime)
        }
    }

    func grant(accessToken: String, at now: Moment) -> Grant? {
        access[accessToken].flatMap { now < $0.expires ? $0 : nil }
    }

    mutating func issueAccess(
        _ organization: SimulatedOrganization,
        _ index: Int,
        rules: TokenRules,
        at now: Moment
    ) -> String {
        issueAccess(organization, Self.grant(index, rules, now + rules.accessLifetime), at: now)
    }

    private mutating func issueAccess(_ organization: SimulatedOrganization, _ grant: Grant, at now: Moment) -> String {
        access = access.filter { now < $0.value.expires }
        let token = "\(opaque())_P0A1_\(organization.id)"
        access[token] = grant
        return token
    }

    /// - Parameter used: the refresh token that was presented, whose own lifetime starts again.
    mutating func refreshPair(
        _ organization: SimulatedOrganization,
        _ index: Int,
        replacing used: String,
        rules: TokenRules,
        at now: Moment
    ) -> Pair {
        let token = rules.rotatesRefreshTokens ? "\(opaque())_P0A1_\(organization.id)" : used
        var grant = Self.grant(index, rules, now)
        // A consent stays as it was given, whatever the present rules say.
        if let old = refresh.removeValue(forKey: used), old.isConsent { grant = old }
        return issuePair(organization, grant, refresh: token, rules: rules, at: now)
    }

    /// The first pair of a consent.
    mutating func issuePair(
        _ organization: SimulatedOrganization,
        for code: Code,
        rules: TokenRules,
        at now: Moment
    ) -> Pair {
        let grant = Grant(
            organization: code.organization,
            scope: code.scope,
            isServiceApp: false,
            expires: now,
            isConsent: true
        )
        let token = "\(opaque())_P0A1_\(organization.id)"
        return issuePair(organization, grant, refresh: token, rules: rules, at: now)
    }

    private mutating func issuePair(
        _ organization: SimulatedOrganization,
        _ grant: Grant,
        refresh token: String,
        rules: TokenRules,
        at now: Moment
    ) -> Pair {
        var grant = grant
        grant.expires = now + rules.refreshLifetime
        refresh[token] = grant
        grant.expires = now + rules.accessLifetime
        return Pair(
            access: issueAccess(organization, grant, at: now),
            accessLifetime: rules.accessLifetime.components.seconds,
            refresh: token,
            refreshLifetime: rules.refreshLifetime.components.seconds,
            scope: grant.scope
        )
    }

    /// The position of the organization whose refresh token this is.
    func organization(refreshToken: String, at now: Moment) -> Int? {
        refresh[refreshToken].flatMap { now < $0.expires ? $0.organization : nil }
    }

    mutating func issue(_ code: Code) -> String {
        let text = opaque()
        codes[text] = code
        return text
    }

    /// A code is valid once, whatever the result.
    mutating func redeem(code: String, at now: Moment) -> Code? {
        codes.removeValue(forKey: code).flatMap { now < $0.expires ? $0 : nil }
    }

    mutating func revokeAccessTokens() { access = [:] }

    mutating func revokeRefreshTokens() { refresh = [:] }

    private static func grant(_ organization: Int, _ rules: TokenRules, _ expires: Moment) -> Grant {
        Grant(organization: organization, scope: rules.scope, isServiceApp: rules.isServiceApp, expires: expires)
    }

    /// Sixty-four letters, some of them `-`, like the opaque part of real tokens (wxcc-api 2.3).
    private mutating func opaque() -> String {
        serial += 1
        let digest = SHA384.hash(data: Data("\(seed) token \(serial)".utf8))
        return Data(digest).base64EncodedString().replacing("+", with: "-").replacing("/", with: "x")
    }
}
