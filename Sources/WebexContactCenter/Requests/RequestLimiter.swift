import Synchronization

/// Paces all API calls of one organization: they start in the order they came, at the configured rate, and not at all
/// while the provider has asked for a pause (wxcc-api 4.4).
final class RequestLimiter: Sendable {
    private let turnstile = Turnstile()
    private let stopwatch: Stopwatch
    /// Touched by whoever is at the head of the line and by those who report a 429.
    private let bucket: Mutex<TokenBucket>

    init(requestsPerMinute: Int, stopwatch: Stopwatch) {
        self.stopwatch = stopwatch
        bucket = Mutex(TokenBucket(requestsPerMinute: requestsPerMinute))
    }

    /// Waits until one more request may start. Only the head of the line sleeps, and looks again when it wakes: the
    /// pause may have grown meanwhile. Cancelled, it takes nothing out of the bucket.
    func admit() async throws(ProviderError) {
        try await turnstile.enter()
        defer { turnstile.leave() }
        while let wait = take() { try await stopwatch.sleep(for: wait) }
    }

    /// Counts a request that does not wait in line: the refresh of the token that those in line wait for.
    func charge() {
        bucket.withLock { $0.charge(at: stopwatch.elapsed()) }
    }

    /// Lets no one start for `duration`.
    func pause(for duration: Duration) {
        bucket.withLock { $0.block(for: duration, at: stopwatch.elapsed()) }
    }

    private func take() -> Duration? {
        bucket.withLock { $0.take(at: stopwatch.elapsed()) }
    }
}
