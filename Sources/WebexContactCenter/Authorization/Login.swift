import Files
import Foundation
import Logging
import Recordings
import Transfer

/// How to get an organization's first token pair: an administrator consents in a browser, and the code that the
/// provider sends back is exchanged (wxcc-api 3.1). Also how to delete the pair.
package struct Login: Sendable {
    private let organizationID: OrganizationID
    private let configured: Secret?
    private let store: TokenStore
    private let grants: TokenGrants
    private let retry: RetryPolicy
    private let stopwatch: Stopwatch

    /// Makes no request yet.
    /// - Returns: `nil` if one bearer token is configured: a login needs a client.
    package init?(
        _ settings: ProviderSettings,
        exchange: any HTTPExchange,
        retry: RetryPolicy,
        clock: some Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) }
    ) {
        guard case .refreshing(let clientID, let clientSecret, let refreshToken, let path) = settings.credentials else {
            return nil
        }
        organizationID = settings.organizationID
        configured = refreshToken
        store = TokenStore(path: path)
        grants = TokenGrants(
            organization: settings.organization,
            oauthBaseURL: settings.oauthBaseURL,
            clientID: clientID,
            clientSecret: clientSecret,
            exchange: exchange,
            now: now
        )
        self.retry = retry
        stopwatch = Stopwatch(clock)
    }

    /// The request with which the browser is sent to the provider.
    /// - Parameters:
    ///   - redirectURI: exactly as registered with the app.
    ///   - usesProofKey: whether the code is tied to this process (PKCE).
    /// - Throws: `rejected` if no URL can be made from `oauth_base_url`.
    package func request(
        redirectURI: String,
        scopes: [String],
        usesProofKey: Bool = true
    ) throws(ProviderError) -> AuthorizationRequest {
        var generator = SystemRandomNumberGenerator()
        return try AuthorizationRequest(
            oauthBaseURL: grants.oauthBaseURL,
            clientID: grants.clientID,
            redirectURI: redirectURI,
            scopes: scopes,
            usesProofKey: usesProofKey,
            using: &generator
        )
    }

    /// Redeems `code` and keeps the pair instead of whatever was kept. No one refreshes meanwhile, so a refresh in
    /// progress cannot overwrite it with an older pair.
    /// - Throws: ``ProviderError``; nothing is kept then. `wrongOrganization` if the token belongs to another
    ///   organization.
    package func complete(_ request: AuthorizationRequest, code: Secret) async throws(ProviderError) -> TokenStatus {
        let lock = try await store.lock(stopwatch)
        defer { lock.release() }
        let pair = try await redeem(code, of: request)
        do throws(ProviderError) {
            try organizationID.requireOwn(pair.accessToken)
        } catch {
            var error = error
            error.advice =
                "nothing was kept; check org_id, and log in again in a private window as an administrator of that "
                + "organization: a browser that is signed in elsewhere does not ask who you are"
            throw error
        }
        // A token that was configured earlier and is put back must not replace this pair either.
        var origin = configured.flatMap(TokenStore.origin)
        if origin == nil { origin = try await store.load()?.origin }
        try await store.save(TokenStore.Content(pair: pair, origin: origin))
        return TokenStatus(pair)
    }

    /// Removes the kept pair. The provider has no call for this, so the tokens stay valid there until they expire or
    /// the app is revoked.
    /// - Returns: whether there was one.
    package func forget() async throws(ProviderError) -> Bool {
        let lock = try await store.lock(stopwatch)
        defer { lock.release() }
        return try await store.remove()
    }

    private func redeem(_ code: Secret, of request: AuthorizationRequest) async throws(ProviderError) -> TokenPair {
        var attempt = 1
        while true {
            do throws(FailedExchange) {
                return try await grants.pair(redeeming: code, of: request)
            } catch {
                guard error.isRetryable, let delay = retry.delay(afterAttempt: attempt, retryAfter: error.retryAfter)
                else { throw error.error }
                try await stopwatch.sleep(for: delay)
                attempt += 1
            }
        }
    }
}
