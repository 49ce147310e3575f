import Logging
import Recordings
import Transfer

/// Keeps one organization's token pair fresh: one refresh at a time, the newest pair on disk before it is used.
///
/// Crash points: before the token endpoint answers, nothing has changed; between its answer and the save, a provider
/// that rotates refresh tokens has left us with a dead one, which no client can prevent, so that nothing else happens
/// between the two; after the save, the next start goes on from the file.
actor RefreshingTokens {
    private let organizationID: OrganizationID
    private let configured: Secret
    private let store: TokenStore
    private let refresh: TokenRefresh
    private let retry: RetryPolicy
    private let limiter: RequestLimiter
    private let stopwatch: Stopwatch
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    /// Whoever holds its turn may change what stands below it; nobody else does.
    nonisolated let turnstile = Turnstile()
    private var pair: TokenPair?
    /// A pair that the disk did not take: saved before anything else, and not used until then.
    private var unsaved: TokenPair?
    /// An access token that the provider refused although its time is not over.
    private var refusedAccess: Secret?
    /// A refresh token that the provider refused, and how: it is not sent again.
    private var refusedRefresh: (token: Secret, error: ProviderError)?
    /// Counts refreshes that ended, and keeps how the last one failed: those who waited in line for it share that.
    private var finished = (count: 0, failure: ProviderError?.none)

    init(
        organizationID: OrganizationID,
        configured: Secret,
        store: TokenStore,
        refresh: TokenRefresh,
        retry: RetryPolicy,
        limiter: RequestLimiter,
        stopwatch: Stopwatch,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.organizationID = organizationID
        self.configured = configured
        self.store = store
        self.refresh = refresh
        self.retry = retry
        self.limiter = limiter
        self.stopwatch = stopwatch
        self.now = now
        self.logger = logger
    }

    /// An access token that may be used now.
    func current() async throws(ProviderError) -> Secret {
        if let token = fresh { return try own(token) }
        let seen = finished.count
        try await turnstile.enter()
        defer { turnstile.leave() }
        if let token = fresh { return try own(token) }
        if finished.count > seen, let failure = finished.failure { throw failure }
        do throws(ProviderError) {
            return try own(try await renewed())
        } catch {
            if error.code != .cancelled { finished = (finished.count + 1, error) }
            throw error
        }
    }

    /// Makes the next ``current()`` another token than `token`, unless it is already.
    func renew(after token: Secret) async throws(ProviderError) {
        if pair?.accessToken == token { refusedAccess = token }
        _ = try await current()
    }

    /// The newest pair that is known, from the file where nothing has been asked for yet.
    func known() async throws(ProviderError) -> TokenPair? {
        if let pair { return pair }
        return try await kept()
    }

    private var fresh: Secret? {
        guard let pair, unsaved == nil, pair.accessToken != refusedAccess, !pair.isDue(at: now()) else { return nil }
        return pair.accessToken
    }

    private func own(_ token: Secret) throws(ProviderError) -> Secret {
        try organizationID.requireOwn(token)
        return token
    }
}

// MARK: - In turn

extension RefreshingTokens {
    private func renewed() async throws(ProviderError) -> Secret {
        if let unsaved { try await keep(unsaved) }
        // Another process may have been here first; its pair is as good as one of ours.
        if let kept = try await kept(), kept.obtained >= (pair?.obtained ?? kept.obtained) { pair = kept }
        if let fresh { return fresh }
        do throws(ProviderError) {
            return try await refreshed(after: pair?.refreshToken ?? configured)
        } catch {
            // Too early to renew is not too late to use: a passing failure leaves the present token as it is.
            guard error.isTransient, let pair, pair.accessToken != refusedAccess, pair.isUsable(at: now()) else {
                throw error
            }
            return pair.accessToken
        }
    }

    private func refreshed(after refreshToken: Secret) async throws(ProviderError) -> Secret {
        do throws(ProviderError) {
            return try await askRepeatedly(refreshToken)
        } catch {
            guard error.code == .authorization, let other = try await kept(), other.refreshToken != refreshToken else {
                throw error
            }
            // Another process has renewed between our look at the file and our refresh.
            pair = other
            if let fresh { return fresh }
            return try await askRepeatedly(other.refreshToken)
        }
    }

    private func askRepeatedly(_ refreshToken: Secret) async throws(ProviderError) -> Secret {
        if let refusedRefresh, refusedRefresh.token == refreshToken { throw refusedRefresh.error }
        var generator = SystemRandomNumberGenerator()
        var attempt = 1
        while true {
            if Task.isCancelled { throw .cancelled }
            // Not a child of whoever asked: were it cancelled between the provider's answer and the disk, a rotated
            // refresh token would be lost. It is bounded by the request's own deadline.
            let result = await Task { await self.askOnce(refreshToken) }.value
            switch result {
            case .success(let token): return token
            case .failure(let failure):
                if failure.error.code == .authorization { refusedRefresh = (refreshToken, failure.error) }
                guard failure.isRetryable,
                    let delay = retry.delay(afterAttempt: attempt, retryAfter: failure.retryAfter, using: &generator)
                else { throw failure.error }
                logger.info(
                    "the token endpoint failed and is tried again",
                    metadata: ["wxcc.attempt": "\(attempt)", "wxcc.error": "\(failure.error.code.rawValue)"]
                )
                try await stopwatch.sleep(for: delay)
                attempt += 1
            }
        }
    }

    private func askOnce(_ refreshToken: Secret) async -> Result<Secret, FailedExchange> {
        limiter.charge()
        do throws(FailedExchange) {
            let new = try await refresh.pair(following: refreshToken)
            unsaved = new
            do throws(ProviderError) {
                try await keep(new)
            } catch {
                throw FailedExchange(error)
            }
            logger.info("a new access token was obtained")
            return .success(new.accessToken)
        } catch {
            return .failure(error)
        }
    }

    private func keep(_ new: TokenPair) async throws(ProviderError) {
        guard let origin = TokenStore.origin(configured) else { return }
        try await store.save(TokenStore.Content(pair: new, origin: origin))
        pair = new
        unsaved = nil
    }

    /// The kept pair, unless an administrator has configured another first token since.
    private func kept() async throws(ProviderError) -> TokenPair? {
        guard let content = try await store.load() else { return nil }
        guard content.origin == TokenStore.origin(configured) else {
            logger.info("the configured refresh token is new: it takes the place of the kept one")
            return nil
        }
        return content.pair
    }
}
