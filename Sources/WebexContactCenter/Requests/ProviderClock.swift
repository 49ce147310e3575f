import Recordings
import Synchronization

/// What the `Date` of the provider's answers says about its clock and ours.
final class ProviderClock: Sendable {
    /// Less than this is no difference that matters: listings end a minute ago in any case.
    static let tolerance = Duration.seconds(30)

    private struct State {
        var offset: Duration?
        var isTold = false
    }

    private let state = Mutex(State())

    /// How far it is ahead of ours at the least, by the last answer; zero where the two may be the same.
    var offset: Duration? { state.withLock(\.offset) }

    /// Takes in the date of an answer: it was written, cut down to a whole second, at some time between our question and
    /// the answer's end.
    /// - Returns: the offset where it is the first that matters.
    func note(_ date: Timestamp, between asked: Timestamp, and answered: Timestamp) -> Duration? {
        let (least, most) = (date - answered, date + .seconds(1) - asked)
        let offset = least > .zero ? least : min(most, .zero)
        return state.withLock { state in
            state.offset = offset
            guard !state.isTold, offset > Self.tolerance || offset < .zero - Self.tolerance else { return nil }
            state.isTold = true
            return offset
        }
    }
}
