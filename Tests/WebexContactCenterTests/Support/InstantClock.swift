import Synchronization

/// A clock on which sleep takes no time: whoever sleeps moves it on by as much.
final class InstantClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.offset < rhs.offset }
    }

    private let time = Mutex(Swift.Duration.zero)
    private let slept = Mutex<[Swift.Duration]>([])

    var now: Instant { Instant(offset: time.withLock { $0 }) }
    let minimumResolution = Swift.Duration.milliseconds(1)
    var elapsed: Swift.Duration { now.offset }
    /// Every sleep so far.
    var sleeps: [Swift.Duration] { slept.withLock { $0 } }

    func sleep(until deadline: Instant, tolerance: Swift.Duration?) async throws {
        try Task.checkCancellation()
        slept.withLock { $0.append(deadline.offset - elapsed) }
        time.withLock { $0 = max($0, deadline.offset) }
        await Task.yield()
    }

    func advance(by duration: Swift.Duration) {
        time.withLock { $0 += duration }
    }
}
