import Synchronization

/// Paces the API calls of one organization, or a share of them: they start in order, at the configured rate, and not at all while the
/// provider has asked for a pause (wxcc-api 4.4).
final class RequestLimiter: Sendable {
    private let turnstile = Turnstile()
    private let stopwatch: Stopwatch
    /// Used by the first waiter and by callers that report a 429.
    private let bucket: Mutex<TokenBucket>
    /// The quota of which this limiter is a share; `nil` if it is the whole.
    private let whole: RequestLimiter?

    /// - Parameter whole: the quota from which this limiter takes each of its requests too.
    init(requestsPerMinute: Int, stopwatch: Stopwatch, of whole: RequestLimiter? = nil) {
        self.whole = whole
        self.stopwatch = stopwatch
        bucket = Mutex(TokenBucket(requestsPerMinute: requestsPerMinute))
    }

    /// Waits until one more request may start. Only the first waiter sleeps, and it checks again when it wakes, because
    /// the pause may have grown meanwhile. If it is cancelled, it takes nothing from the bucket.
    func admit() async throws(ProviderError) {
        try await turnstile.enter()
        defer { turnstile.leave() }
        while let wait = take() { try await stopwatch.sleep(for: wait) }
        try await whole?.admit()
    }

    /// Counts a request that does not wait: the refresh of the token that the waiters need.
    func charge() {
        bucket.withLock { $0.charge(at: stopwatch.elapsed()) }
    }

    /// Lets no one start for `duration`.
    func pause(for duration: Duration) {
        bucket.withLock { $0.block(for: duration, at: stopwatch.elapsed()) }
        whole?.pause(for: duration)
    }

    /// What is left of the quota of the last minute.
    var allowance: RequestAllowance {
        bucket.withLock { $0.allowance(at: stopwatch.elapsed()) }
    }

    private func take() -> Duration? {
        bucket.withLock { $0.take(at: stopwatch.elapsed()) }
    }
}
