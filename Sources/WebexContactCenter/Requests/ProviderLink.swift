import Logging
import Recordings
import Transfer

/// What all clients of one organization share: its tokens, its quota, and what its answers have shown about the provider's
/// clock.
final class ProviderLink: Sendable {
    let exchange: any HTTPExchange
    let tokens: AccessTokens
    let limiter: RequestLimiter
    let clock = ProviderClock()
    let requests: ProviderRequests
    let stopwatch: Stopwatch
    let now: @Sendable () -> Timestamp
    let logger: Logger

    /// Makes no request yet.
    /// - Parameter requests: counts what is sent.
    init(
        _ settings: ProviderSettings,
        exchange: any HTTPExchange,
        requests: ProviderRequests = ProviderRequests(),
        stopwatch: Stopwatch,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        let exchange = CountedExchange(exchange: exchange, requests: requests)
        let limiter = RequestLimiter(requestsPerMinute: settings.requestsPerMinute, stopwatch: stopwatch)
        switch settings.credentials {
        case .bearer(let token):
            tokens = .bearer(token, settings.organizationID)
        case .refreshing(let clientID, let clientSecret, let refreshToken, let store):
            let grants = TokenGrants(
                organization: settings.organization,
                oauthBaseURL: settings.oauthBaseURL,
                clientID: clientID,
                clientSecret: clientSecret,
                exchange: exchange,
                now: now
            )
            tokens = .refreshing(
                RefreshingTokens(
                    organizationID: settings.organizationID,
                    configured: refreshToken,
                    store: TokenStore(path: store),
                    grants: grants,
                    limiter: limiter,
                    stopwatch: stopwatch,
                    now: now,
                    logger: logger
                )
            )
        }
        self.exchange = exchange
        self.requests = requests
        self.limiter = limiter
        self.stopwatch = stopwatch
        self.now = now
        self.logger = logger
    }
}
