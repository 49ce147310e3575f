import Synchronization

/// Limits how many do one kind of work at a time: receivers that receive recordings, or those of them that ask for a
/// new URL.
///
/// A receiver whose recording only has to wait steps aside, and an idle one takes its turn. Recordings that are not
/// available, each of which takes minutes until it is given up, therefore do not delay others. A receiver that comes
/// back continues at once, even if that is one too many; the next one that finishes a recording makes up for it.
final class WorkTurns: Sendable {
    private struct State {
        /// Negative while receivers that came back exceed the turns.
        var free: Int
        /// In the order in which they came. There are none while a turn is free.
        var idle: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(count: Int) {
        state = Mutex(State(free: max(1, count)))
    }

    /// How many wait for a turn at this moment.
    var waitingCount: Int { state.withLock(\.idle.count) }

    /// Waits for a turn, which has to be returned. Cancelling the task does not end the wait; all who have a turn then
    /// return it.
    func take() async {
        await withCheckedContinuation { continuation in
            let isMine = state.withLock { state in
                guard state.free > 0 else {
                    state.idle.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isMine { continuation.resume() }
        }
    }

    /// Passes the turn on, for good.
    func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.free >= 0, !state.idle.isEmpty else {
                state.free += 1
                return nil
            }
            return state.idle.removeFirst()
        }
        next?.resume()
    }

    /// If more are at work than there are turns, returns the turn and waits for another one.
    func yield() async {
        guard state.withLock({ $0.free < 0 }) else { return }
        giveBack()
        await take()
    }

    /// Runs `body` while another has the turn.
    /// - Throws: what `body` throws; there is a turn to return in that case too.
    func aside<Value, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        giveBack()
        defer { state.withLock { $0.free -= 1 } }
        return try await body()
    }
}
