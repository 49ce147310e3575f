/// How many requests may start, as a pure value: a bucket of `burst` requests that fills at a steady rate, and a time
/// before which nothing may start. Times are durations since an arbitrary start.
struct TokenBucket: Sendable {
    /// Requests that may start at once after a quiet time: five (wxcc-api 4.4), or the requests of one second at a
    /// higher rate.
    let burst: Int
    private let interval: Duration
    /// When the bucket is full again if nothing more starts.
    private var fullAt: Duration = .zero
    private var blockedUntil: Duration = .zero
    /// How many requests started in each second of the last minute. A second is replaced by the one a minute later.
    private var started = [(second: Int64, count: Int)](repeating: (-1, 0), count: 60)
    private let rate: Int

    /// - Parameter requestsPerMinute: the lasting rate; less than one counts as one.
    init(requestsPerMinute: Int) {
        rate = max(1, requestsPerMinute)
        burst = min(rate, max(5, rate / 60))
        interval = .seconds(60) / rate
    }

    /// Takes one request from the bucket.
    /// - Returns: `nil` if it may start at `now`, otherwise how long to wait before asking again.
    mutating func take(at now: Duration) -> Duration? {
        let earliest = max(blockedUntil, fullAt - interval * (burst - 1))
        guard now >= earliest else { return earliest - now }
        charge(at: now)
        return nil
    }

    /// Counts a request that started without asking.
    mutating func charge(at now: Duration) {
        fullAt = max(fullAt, now) + interval
        let second = now.components.seconds
        let place = Int(second % 60)
        if started[place].second != second { started[place] = (second, 0) }
        started[place].count += 1
    }

    /// What is left of the quota of the last minute, and until when nothing may start.
    func allowance(at now: Duration) -> RequestAllowance {
        let second = now.components.seconds
        let used = started.reduce(0) { $1.second >= 0 && $1.second > second - 60 ? $0 + $1.count : $0 }
        return RequestAllowance(
            perMinute: rate,
            left: max(0, rate - used),
            pause: blockedUntil > now ? blockedUntil - now : nil
        )
    }

    /// Lets nothing start for `duration`, and allows no burst after it: the provider has just said that its quota is
    /// used up.
    mutating func block(for duration: Duration, at now: Duration) {
        blockedUntil = max(blockedUntil, now + duration)
        fullAt = max(fullAt, blockedUntil + interval * (burst - 1))
    }
}
