import Recordings

/// Whether bytes arrive fast enough: in each interval, at least a given number. Pauses of the receiver do not count. So
/// a transfer of n bytes takes at most the time for n bytes at the minimum speed, plus one interval.
struct SpeedWindow: Sendable {
    private let leastBytes: Int64
    private let span: Duration
    /// When the current interval ends.
    private var end: ContinuousClock.Instant
    /// How many bytes must have arrived by the end of the interval, over all intervals.
    private var wanted: Int64
    private var heldSince: ContinuousClock.Instant?

    /// - Parameter leastBytesPerSecond: at least 1.
    init(leastBytesPerSecond: Int, span: Duration, now: ContinuousClock.Instant) {
        let least = Double(max(1, leastBytesPerSecond)) * span.seconds
        leastBytes = Int64(max(1, min(least, 1e15)))
        self.span = span
        end = now + span
        wanted = leastBytes
    }

    /// When to ask ``isTooSlow(received:now:)`` next.
    func deadline(now: ContinuousClock.Instant) -> ContinuousClock.Instant { heldSince == nil ? end : now + span }

    /// From now on the receiver takes no bytes.
    mutating func hold(now: ContinuousClock.Instant) { heldSince = heldSince ?? now }

    /// From now on it takes bytes again.
    mutating func resume(now: ContinuousClock.Instant) {
        guard let heldSince else { return }
        end += now - heldSince
        self.heldSince = nil
    }

    /// How many bytes arrived before the current interval.
    var receivedBefore: Int64 { wanted - leastBytes }

    /// Whether fewer bytes arrived than required. If an interval is over and they arrived, the next one begins.
    /// - Parameter received: the number of bytes since the beginning.
    mutating func isTooSlow(received: Int64, now: ContinuousClock.Instant) -> Bool {
        guard heldSince == nil, now >= end else { return false }
        guard received >= wanted else { return true }
        end = now + span
        wanted = received > .max - leastBytes ? .max : received + leastBytes
        return false
    }
}
