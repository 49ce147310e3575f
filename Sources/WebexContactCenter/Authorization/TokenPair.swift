import Foundation
import Recordings

/// An access token, its refresh token, and how long both are valid according to the provider.
struct TokenPair: Sendable, Hashable {
    var accessToken: Secret
    var refreshToken: Secret
    var obtained: Timestamp
    /// `nil` if the provider did not say.
    var accessExpires: Timestamp?
    var refreshExpires: Timestamp?
    /// The scopes of the access token, separated by spaces; `nil` if the provider did not say.
    var scope: String?

    /// Whether the access token may still be used: as far as is known, it has not expired.
    func isUsable(at now: Timestamp) -> Bool {
        accessExpires.map { now < $0 } ?? true
    }

    /// When it is time for a new pair: 300 s before the access token expires, or a tenth of its lifetime if that is
    /// short; and in any case after a week, or after half of the refresh token's lifetime if that is shorter, so that
    /// its lifetime starts again (wxcc-api 3.3).
    var due: Timestamp {
        var due = obtained + .hours(7 * 24)
        if let accessExpires {
            due = min(due, accessExpires - min(.seconds(300), (accessExpires - obtained) / 10))
        }
        if let refreshExpires { due = min(due, obtained + (refreshExpires - obtained) / 2) }
        return due
    }

    /// Whether it is time for a new pair.
    func isDue(at now: Timestamp) -> Bool { now >= due }
}

extension TokenPair {
    /// Reads the answer of the token endpoint (wxcc-api 3.1).
    /// - Parameters:
    ///   - old: the refresh token that stays in use if the answer has none; `nil` for a first pair, which must have
    ///     one.
    ///   - scope: the scopes if the answer does not name them.
    /// - Throws: `malformed` if there is no access token, or no refresh token.
    init(answer: JSONValue, following old: Secret?, scope: String?, now: Timestamp) throws(ProviderError) {
        guard case .string(let access)? = answer["access_token"], !access.isEmpty else {
            throw ProviderError(.malformed, "no access_token in it")
        }
        guard let refresh = answer["refresh_token"]?.text.map(Secret.init) ?? old else {
            throw ProviderError(.malformed, "no refresh_token in it")
        }
        accessToken = Secret(access)
        refreshToken = refresh
        obtained = now
        accessExpires = Self.end(of: answer["expires_in"], from: now)
        refreshExpires = Self.end(of: answer["refresh_token_expires_in"], from: now)
        self.scope = answer["scope"]?.text ?? scope
    }

    /// A lifetime that is not a positive number of seconds is unknown; one of more than a century is a mistake.
    private static func end(of lifetime: JSONValue?, from now: Timestamp) -> Timestamp? {
        guard let seconds = lifetime?.integer, (1...3_153_600_000).contains(seconds) else { return nil }
        return now + .seconds(seconds)
    }
}
