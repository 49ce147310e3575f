import Synchronization

/// How many are at one kind of work at a time, of the many who would be: receivers that take up recordings, or those of them
/// that ask for a new URL.
///
/// One that has nothing to do for its recording but to wait steps aside, and one that was idle takes its turn: so recordings
/// that are not to be had, each of which takes minutes to give up, do not hold up others. Who comes back goes on at once, one
/// too many if need be, and the next that is done with a recording makes up for it.
final class WorkTurns: Sendable {
    private struct State {
        /// Fewer than none where some have come back.
        var free: Int
        /// In the order they came; there are none while a turn is free.
        var idle: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(count: Int) {
        state = Mutex(State(free: max(1, count)))
    }

    /// How many wait for a turn at this moment.
    var waitingCount: Int { state.withLock(\.idle.count) }

    /// Waits for a turn, which has to be given back. It does not end with the task's cancellation: then all who have a
    /// turn give it back.
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

    /// Lets another have the turn, for good.
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

    /// Where there are more at work than turns, gives the turn back and waits for another one.
    func yield() async {
        guard state.withLock({ $0.free < 0 }) else { return }
        giveBack()
        await take()
    }

    /// Does `body` while another has the turn.
    /// - Throws: what `body` throws; there is a turn to be given back then, too.
    func aside<Value, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        giveBack()
        defer { state.withLock { $0.free -= 1 } }
        return try await body()
    }
}
