import Recordings
import Synchronization

/// How many bytes a second go out, over all uploads that share it.
package final class UploadLimiter: Sendable {
    private let bytesPerSecond: Double
    /// The most bytes that go out at once after a pause.
    private let burst: Double
    /// Used by the threads of the engine.
    private let state: Mutex<State>

    private struct State {
        var available: Double
        var time: ContinuousClock.Instant
    }

    /// What an upload may do now.
    enum Grant: Equatable {
        case bytes(Int)
        case wait(until: ContinuousClock.Instant)
    }

    /// - Parameter bytesPerSecond: at least 1.
    package init(bytesPerSecond: Int64) {
        self.bytesPerSecond = Double(max(1, bytesPerSecond))
        // A quarter of a second's: short enough that nobody on the same line notices, long enough for few wake-ups.
        burst = max(1, self.bytesPerSecond / 4)
        state = Mutex(State(available: burst, time: .now))
    }

    /// Takes up to `wanted` bytes.
    func take(upTo wanted: Int, now: ContinuousClock.Instant) -> Grant {
        state.withLock { state in
            let passed = max(0, (now - state.time).seconds)
            state.available = min(burst, state.available + passed * bytesPerSecond)
            state.time = max(state.time, now)
            guard state.available >= 1 else {
                // Until half a burst is there: else each wake-up sends a few bytes.
                let missing = max(1, burst / 2) - state.available
                return .wait(until: now + .seconds(missing / bytesPerSecond))
            }
            let granted = min(wanted, Int(min(state.available, Double(Int32.max))))
            state.available -= Double(granted)
            return .bytes(granted)
        }
    }
}
