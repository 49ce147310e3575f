import Synchronization

/// A clock on which sleep takes no time: any task that sleeps advances it by as much.
package final class InstantClock: Clock {
    /// The time since the clock was created.
    package struct Instant: InstantProtocol {
        var offset: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.offset < rhs.offset }
    }

    private struct State {
        var time = Swift.Duration.zero
        var sleeps: [Swift.Duration] = []
    }

    private let state = Mutex(State())
    private let observer: @Sendable (Swift.Duration) -> Void

    /// - Parameter observer: called for each sleep, before it ends, with how much it advances the clock.
    package init(_ observer: @escaping @Sendable (Swift.Duration) -> Void = { _ in }) {
        self.observer = observer
    }

    package var now: Instant { Instant(offset: elapsed) }
    package let minimumResolution = Swift.Duration.milliseconds(1)
    /// How much time has passed on it.
    package var elapsed: Swift.Duration { state.withLock(\.time) }
    /// Every sleep so far.
    package var sleeps: [Swift.Duration] { state.withLock(\.sleeps) }

    package func sleep(until deadline: Instant, tolerance: Swift.Duration?) async throws {
        try Task.checkCancellation()
        let passed = state.withLock { state in
            let rest = deadline.offset - state.time
            state.sleeps.append(rest)
            state.time = max(state.time, deadline.offset)
            return rest
        }
        if passed > .zero { observer(passed) }
        await Task.yield()
    }

    /// Advances the clock.
    package func advance(by duration: Swift.Duration) {
        state.withLock { $0.time += duration }
    }
}
