import Recordings

/// Whether bytes come as fast as they have to: in each span of time, so many. What the receiver itself pauses does not
/// count. A transfer of n bytes so takes no longer than n at the least speed, and one span.
struct SpeedWindow: Sendable {
    private let leastBytes: Int64
    private let span: Duration
    /// When the present span is over.
    private var end: ContinuousClock.Instant
    /// How many bytes have to be there by then, all spans together.
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

    /// The receiver takes no bytes from now on.
    mutating func hold(now: ContinuousClock.Instant) { heldSince = heldSince ?? now }

    /// It does again.
    mutating func goOn(now: ContinuousClock.Instant) {
        guard let heldSince else { return }
        end += now - heldSince
        self.heldSince = nil
    }

    /// How many bytes came before the present span.
    var receivedBefore: Int64 { wanted - leastBytes }

    /// Whether fewer bytes came than had to; where a span is over and they did, the next one begins.
    /// - Parameter received: since the beginning.
    mutating func isTooSlow(received: Int64, now: ContinuousClock.Instant) -> Bool {
        guard heldSince == nil, now >= end else { return false }
        guard received >= wanted else { return true }
        end = now + span
        wanted = received > .max - leastBytes ? .max : received + leastBytes
        return false
    }
}
