import Crypto
import Foundation

/// Gives tokens out and knows which of them are good, by the simulator's clock (wxcc-api 3).
struct TokenOffice: Sendable {
    struct Grant: Sendable {
        var organization: Int
        var scopes: Set<String>
        var isServiceApp: Bool
        var expires: Moment
    }

    /// A pair as the token endpoint answers it; lifetimes in seconds.
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
    private var codes: [String: Int] = [:]

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
        access = access.filter { now < $0.value.expires }
        let token = "\(opaque())_P0A1_\(organization.id)"
        access[token] = Self.grant(index, rules, now + rules.accessLifetime)
        return token
    }

    /// - Parameter used: the refresh token that was presented, whose own lifetime starts again; `nil` for a first one.
    mutating func issuePair(
        _ organization: SimulatedOrganization,
        _ index: Int,
        replacing used: String?,
        rules: TokenRules,
        at now: Moment
    ) -> Pair {
        let token = rules.rotatesRefreshTokens || used == nil ? "\(opaque())_P0A1_\(organization.id)" : used ?? ""
        if let used { refresh[used] = nil }
        refresh[token] = Self.grant(index, rules, now + rules.refreshLifetime)
        return Pair(
            access: issueAccess(organization, index, rules: rules, at: now),
            accessLifetime: rules.accessLifetime.components.seconds,
            refresh: token,
            refreshLifetime: rules.refreshLifetime.components.seconds,
            scope: rules.scope
        )
    }

    /// The position of the organization whose refresh token this is.
    func organization(refreshToken: String, at now: Moment) -> Int? {
        refresh[refreshToken].flatMap { now < $0.expires ? $0.organization : nil }
    }

    mutating func issueCode(_ organization: Int) -> String {
        let code = opaque()
        codes[code] = organization
        return code
    }

    /// A code is good once.
    mutating func redeem(code: String) -> Int? { codes.removeValue(forKey: code) }

    mutating func revokeAccessTokens() { access = [:] }

    mutating func revokeRefreshTokens() { refresh = [:] }

    private static func grant(_ organization: Int, _ rules: TokenRules, _ expires: Moment) -> Grant {
        let scopes = Set(rules.scope.split(separator: " ").map(String.init))
        return Grant(organization: organization, scopes: scopes, isServiceApp: rules.isServiceApp, expires: expires)
    }

    /// Sixty-four letters, some of them `-`, as the opaque part of real tokens has them (wxcc-api 2.3).
    private mutating func opaque() -> String {
        serial += 1
        let digest = SHA384.hash(data: Data("\(seed) token \(serial)".utf8))
        return Data(digest).base64EncodedString().replacing("+", with: "-").replacing("/", with: "x")
    }
}
