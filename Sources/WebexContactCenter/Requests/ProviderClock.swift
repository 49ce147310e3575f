import Recordings
import Synchronization

/// What the `Date` of the provider's answers shows about its clock and ours.
final class ProviderClock: Sendable {
    /// A smaller difference does not matter: listings end a minute ago in any case.
    static let tolerance = Duration.seconds(30)

    private struct State {
        var offset: Duration?
        var isReported = false
    }

    private let state = Mutex(State())

    /// The smallest amount that it can be ahead of ours, by the last answer; zero if the two may agree.
    var offset: Duration? { state.withLock(\.offset) }

    /// Processes the date of an answer, which was written, rounded down to a second, at some time between our request
    /// and the end of the answer.
    /// - Returns: the offset, if it is the first one that matters.
    func note(_ date: Timestamp, between asked: Timestamp, and answered: Timestamp) -> Duration? {
        let (least, most) = (date - answered, date + .seconds(1) - asked)
        let offset = least > .zero ? least : min(most, .zero)
        return state.withLock { state in
            state.offset = offset
            guard !state.isReported, offset > Self.tolerance || offset < .zero - Self.tolerance else { return nil }
            state.isReported = true
            return offset
        }
    }
}
