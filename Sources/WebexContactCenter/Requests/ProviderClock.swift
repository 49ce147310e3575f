import Recordings
import Synchronization

/// What the `Date` of the provider's answers says about its clock and ours.
final class ProviderClock: Sendable {
    /// Answers take time and dates are of whole seconds: less than this is no difference.
    static let tolerance = Duration.seconds(30)

    private struct State {
        var offset: Duration?
        var isTold = false
    }

    private let state = Mutex(State())

    /// How far it is ahead of ours, by the last answer.
    var offset: Duration? { state.withLock(\.offset) }

    /// Takes in how far an answer's date was ahead of our clock when it came.
    /// - Returns: the offset where it is the first that is beyond what answers take.
    func note(_ offset: Duration) -> Duration? {
        state.withLock { state in
            state.offset = offset
            guard !state.isTold, offset > Self.tolerance || offset < .zero - Self.tolerance else { return nil }
            state.isTold = true
            return offset
        }
    }
}
