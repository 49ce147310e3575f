import Foundation
import Recordings

/// An access token, the refresh token that comes after it, and how long both last by the provider's own word.
struct TokenPair: Sendable, Hashable {
    var accessToken: Secret
    var refreshToken: Secret
    var obtained: Timestamp
    /// `nil` where the provider did not say.
    var accessExpires: Timestamp?
    var refreshExpires: Timestamp?

    /// Whether the access token may still be used: it is, as far as is known, not over yet.
    func isUsable(at now: Timestamp) -> Bool {
        accessExpires.map { now < $0 } ?? true
    }

    /// Whether it is time for a new pair: 300 s, or for short lives a tenth of it, before the end; and after a week in
    /// any case, so that the refresh token's own clock starts again (wxcc-api 3.3).
    func isDue(at now: Timestamp) -> Bool {
        if now >= obtained + .hours(7 * 24) { return true }
        guard let accessExpires else { return false }
        let skew = min(.seconds(300), (accessExpires - obtained) / 10)
        return now >= accessExpires - skew
    }
}

extension TokenPair {
    /// Reads the answer of the token endpoint (wxcc-api 3.1): a missing refresh token means that the old one stays.
    /// - Throws: `malformed` where there is no access token.
    init(answer: JSONValue, following old: Secret, now: Timestamp) throws(ProviderError) {
        guard case .string(let access)? = answer["access_token"], !access.isEmpty else {
            throw ProviderError(.malformed, "no access_token in it")
        }
        accessToken = Secret(access)
        refreshToken = answer["refresh_token"]?.text.map(Secret.init) ?? old
        obtained = now
        accessExpires = Self.end(of: answer["expires_in"], from: now)
        refreshExpires = Self.end(of: answer["refresh_token_expires_in"], from: now)
    }

    /// A life that is no positive number of seconds is not known; one beyond a century is a mistake.
    private static func end(of lifetime: JSONValue?, from now: Timestamp) -> Timestamp? {
        guard let seconds = lifetime?.integer, (1...3_153_600_000).contains(seconds) else { return nil }
        return now + .seconds(seconds)
    }
}
