import Files
import Logging
import Recordings
import Transfer

/// Keeps one organization's token pair fresh: one refresh at a time, among all processes of this machine
/// (``FileLock``), and the newest pair on disk before it is used.
///
/// Crash points: before the token endpoint answers, nothing has changed; between its answer and the save, a provider
/// that rotates refresh tokens has left us with an invalid one. No client can prevent that, so nothing else happens
/// between the two. After the save, the next start continues from the file.
actor RefreshingTokens {
    private let organizationID: OrganizationID
    /// The first refresh token; `nil` if a login provides it.
    private let configured: Secret?
    private let store: TokenStore
    private let grants: TokenGrants
    private let limiter: RequestLimiter
    private let stopwatch: Stopwatch
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    /// Only the task that holds the turn may change the properties below.
    nonisolated let turnstile = Turnstile()
    private var pair: TokenPair?
    /// The configured token from which the kept pair comes; it may no longer be configured.
    private var keptOrigin: ContentDigest?
    /// A pair that could not be saved: it is saved before anything else, and not used until then.
    private var unsaved: TokenPair?
    /// An access token that the provider refused although it has not expired.
    private var refusedAccess: Secret?
    /// A refresh token that the provider refused, and how: it is not sent again.
    private var refusedRefresh: (token: Secret, error: ProviderError)?
    /// Counts finished refreshes, and keeps how the last one failed: those who waited for it share that result.
    private var finished = (count: 0, failure: ProviderError?.none)

    init(
        organizationID: OrganizationID,
        configured: Secret?,
        store: TokenStore,
        grants: TokenGrants,
        limiter: RequestLimiter,
        stopwatch: Stopwatch,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.organizationID = organizationID
        self.configured = configured
        self.store = store
        self.grants = grants
        self.limiter = limiter
        self.stopwatch = stopwatch
        self.now = now
        self.logger = logger
    }

    /// An access token that may be used now.
    /// - Parameter retry: how often and after which pauses a temporary failure of the token endpoint is retried.
    func current(retrying retry: RetryPolicy) async throws(ProviderError) -> Secret {
        if let token = fresh { return try own(token) }
        let seen = finished.count
        try await turnstile.enter()
        defer { turnstile.leave() }
        if let token = fresh { return try own(token) }
        if finished.count > seen, let failure = finished.failure { throw failure }
        do throws(ProviderError) {
            return try own(try await renewed(retrying: retry))
        } catch {
            if error.code != .cancelled { finished = (finished.count + 1, error) }
            throw error
        }
    }

    /// Makes the next ``current(retrying:)`` return another token than `token`, unless it already does.
    func renew(after token: Secret, retrying retry: RetryPolicy) async throws(ProviderError) {
        if pair?.accessToken == token { refusedAccess = token }
        _ = try await current(retrying: retry)
    }

    /// Whether another token has replaced this one, or it has expired.
    func isOver(_ token: Secret) -> Bool {
        guard let pair, pair.accessToken == token else { return true }
        return !pair.isUsable(at: now())
    }

    /// Exchanges the refresh token now, if the pair is as old as `age`, or if there is none yet.
    /// - Returns: whether there is a new pair, by this process or by another that was faster.
    func refresh(ifOlderThan age: Duration, retrying retry: RetryPolicy) async throws(ProviderError) -> Bool {
        try await turnstile.enter()
        defer { turnstile.leave() }
        if let kept = try await kept() { pair = kept }
        // A refused token is invalid however new it is.
        if let pair, now() < pair.obtained + age, try await store.refusal(of: pair.refreshToken) == nil { return false }
        let before = refusedAccess
        refusedAccess = pair?.accessToken ?? before
        do throws(ProviderError) {
            _ = try own(try await askRepeatedly(retry))
            return true
        } catch {
            refusedAccess = before
            throw error
        }
    }

    /// Takes the pair on disk, which a login has replaced, instead of the one in use.
    func reload() async throws(ProviderError) {
        try await turnstile.enter()
        defer { turnstile.leave() }
        // An older pair must not be saved over the new one.
        unsaved = nil
        pair = try await kept()
    }

    /// What is known, read from the file if nothing has been requested yet.
    func status() async throws(ProviderError) -> TokenStatus {
        let kept: TokenPair? = if let pair { pair } else { try await kept() }
        var status = kept.map(TokenStatus.init) ?? TokenStatus(needsLogin: configured == nil)
        if let next = kept?.refreshToken ?? configured { status.refusal = try await store.refusal(of: next) }
        return status
    }

    /// The present access token; `nil` if it has to be renewed first (``TokenPair/isDue(at:)``).
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
    private func renewed(retrying retry: RetryPolicy) async throws(ProviderError) -> Secret {
        if let token = try await renewedElsewhere() { return token }
        guard pair != nil || configured != nil else { throw grants.absence }
        do throws(ProviderError) {
            return try await askRepeatedly(retry)
        } catch {
            // It is renewed before it expires, so after a temporary failure the present token can still be used.
            guard error.isTransient, let pair, pair.accessToken != refusedAccess, pair.isUsable(at: now()) else {
                throw error
            }
            return pair.accessToken
        }
    }

    private func askRepeatedly(_ retry: RetryPolicy) async throws(ProviderError) -> Secret {
        var attempt = 1
        while true {
            if Task.isCancelled { throw .cancelled }
            let lock = try await store.lock(stopwatch)
            // Not a child task of the caller: if it were cancelled between the provider's answer and the disk, a
            // rotated refresh token would be lost. The request's own deadline limits it.
            let result = await Task { await self.askOnce(holding: lock) }.value
            switch result {
            case .success(let token): return token
            case .failure(let failure):
                guard failure.isRetryable,
                    let delay = retry.delay(afterAttempt: attempt, retryAfter: failure.retryAfter)
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

    /// Asks the provider, unless another process has done so while this one waited for the lock. The lock is released
    /// when the new pair is on disk.
    private func askOnce(holding lock: FileLock) async -> Result<Secret, FailedExchange> {
        defer { lock.release() }
        do throws(ProviderError) {
            if let unsaved { try await keep(unsaved) }
            if let token = try await renewedElsewhere() { return .success(token) }
        } catch {
            return .failure(FailedExchange(error))
        }
        guard let refreshToken = pair?.refreshToken ?? configured else {
            return .failure(FailedExchange(grants.absence))
        }
        if let refusedRefresh, refusedRefresh.token == refreshToken {
            return .failure(FailedExchange(refusedRefresh.error))
        }
        limiter.charge()
        do throws(FailedExchange) {
            let new = try await grants.pair(following: refreshToken, scope: pair?.scope)
            unsaved = new
            do throws(ProviderError) {
                try await keep(new)
            } catch {
                throw FailedExchange(error)
            }
            logger.info("a new access token was obtained")
            return .success(new.accessToken)
        } catch {
            if error.error.code == .authorization { await note(error.error, refusing: refreshToken) }
            return .failure(error)
        }
    }

    /// Keeps it for this process and for later ones. If it cannot be saved, that does not change the present error.
    private func note(_ error: ProviderError, refusing token: Secret) async {
        refusedRefresh = (token, error)
        let refusal = TokenRefusal(time: now(), reason: error.message, token: TokenStore.origin(token))
        do throws(ProviderError) {
            try await store.save(refusal)
        } catch {
            logger.warning("that the refresh token is refused is not kept", metadata: ["error": "\(error)"])
        }
    }

    /// The pair on disk, which another process may have renewed; it is as good as our own.
    /// - Returns: its access token, if that may be used now.
    private func renewedElsewhere() async throws(ProviderError) -> Secret? {
        if unsaved == nil, let kept = try await kept() { pair = kept }
        return fresh
    }

    private func keep(_ new: TokenPair) async throws(ProviderError) {
        let origin = configured.flatMap(TokenStore.origin) ?? keptOrigin
        try await store.save(TokenStore.Content(pair: new, origin: origin))
        pair = new
        unsaved = nil
    }

    /// The kept pair, unless an administrator has configured another first token since. If the first token is no longer
    /// configured, the pair stays in force.
    private func kept() async throws(ProviderError) -> TokenPair? {
        guard let content = try await store.load() else { return nil }
        guard configured == nil || content.origin == configured.flatMap(TokenStore.origin) else {
            logger.info("the configured refresh token is new: it takes the place of the kept one")
            return nil
        }
        keptOrigin = content.origin
        return content.pair
    }
}
