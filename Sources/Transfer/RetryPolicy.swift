import Recordings

/// The one retry policy: exponential delays with full jitter, so that clients that failed together do not retry
/// together, and `Retry-After` obeyed.
package struct RetryPolicy: Sendable, Hashable {
    /// The total number of attempts, including the first; at least 1.
    package var attempts: Int
    /// The longest delay after the first attempt; it doubles with each further one.
    package var baseDelay: Duration
    /// The longest delay that the policy itself chooses.
    package var maximumDelay: Duration
    /// If a server asks for a longer wait, it is given up until the next pass.
    package var longestRetryAfter: Duration

    package init(
        attempts: Int,
        baseDelay: Duration = .seconds(1),
        maximumDelay: Duration = .seconds(60),
        longestRetryAfter: Duration = .seconds(900)
    ) {
        self.attempts = max(1, attempts)
        self.baseDelay = max(.zero, baseDelay)
        self.maximumDelay = max(.zero, maximumDelay)
        self.longestRetryAfter = longestRetryAfter
    }

    /// How long to wait after the `n`th attempt failed.
    /// - Parameters:
    ///   - n: the number of attempts made so far, from 1.
    ///   - retryAfter: what the server asked for (``HTTPHeaders/retryAfter(now:)``). The delay is never shorter: the
    ///     jitter is added to it.
    /// - Returns: `nil` if the attempts are used up, or if the server asks for a longer wait than allowed.
    package func delay(
        afterAttempt n: Int,
        retryAfter: Duration?,
        using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        guard n < attempts else { return nil }
        guard let retryAfter else { return Self.random(upTo: ceiling(afterAttempt: n), using: &generator) }
        guard retryAfter <= longestRetryAfter else { return nil }
        return retryAfter + Self.random(upTo: min(baseDelay, maximumDelay), using: &generator)
    }

    /// The same with the system's own random numbers.
    package func delay(afterAttempt n: Int, retryAfter: Duration?) -> Duration? {
        var generator = SystemRandomNumberGenerator()
        return delay(afterAttempt: n, retryAfter: retryAfter, using: &generator)
    }

    /// Whether the same request can have another answer than this status later, without anyone changing anything: 408,
    /// 425, 429 and every 5xx (RFC 9110 section 15, RFC 8470, RFC 6585).
    package static func isPassing(status: Int) -> Bool {
        switch status {
        case 408, 425, 429, 500...599: true
        default: false
        }
    }

    /// `baseDelay` doubled `n - 1` times, but no more than `maximumDelay`.
    private func ceiling(afterAttempt n: Int) -> Duration {
        var ceiling = baseDelay
        var doublings = n - 1
        while doublings > 0, ceiling > .zero, ceiling < maximumDelay {
            ceiling *= 2
            doublings -= 1
        }
        return min(ceiling, maximumDelay)
    }

    private static func random(upTo limit: Duration, using generator: inout some RandomNumberGenerator) -> Duration {
        .milliseconds(Int64.random(in: 0...limit.milliseconds, using: &generator))
    }
}
