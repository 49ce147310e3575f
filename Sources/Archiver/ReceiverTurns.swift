import Synchronization

/// How many receivers are at work at a time, of the many that there are.
///
/// One whose recording has to wait for another try, or for a new URL, steps aside, and one that was idle takes its turn:
/// so recordings that are not to be had, each of which takes minutes to give up, hold no others up.
final class ReceiverTurns: Sendable {
    private struct State {
        var free: Int
        /// Those that stepped aside and come back; they go before the idle ones, each of which may go on to the end.
        var returning: [CheckedContinuation<Void, Never>] = []
        var idle: [CheckedContinuation<Void, Never>] = []

        /// Lets the next one have a turn that is given back.
        mutating func passOn() -> CheckedContinuation<Void, Never>? {
            if !returning.isEmpty { return returning.removeFirst() }
            if let next = idle.popLast() { return next }
            free += 1
            return nil
        }

        /// - Returns: whether there was a turn to take; else `continuation` waits in `line`.
        mutating func take(
            _ continuation: CheckedContinuation<Void, Never>,
            line: WritableKeyPath<State, [CheckedContinuation<Void, Never>]>
        ) -> Bool {
            guard free == 0 else {
                free -= 1
                return true
            }
            self[keyPath: line].append(continuation)
            return false
        }
    }

    private let state: Mutex<State>

    init(count: Int) {
        state = Mutex(State(free: max(1, count)))
    }

    /// How many wait for a turn at this moment.
    var waitingCount: Int { state.withLock { $0.returning.count + $0.idle.count } }

    /// Waits for a turn, which has to be given back. It does not end with the task's cancellation: then all who have a
    /// turn give it back.
    func take() async { await take(line: \.idle) }

    /// Lets another have the turn, for good.
    func giveBack() { state.withLock { $0.passOn() }?.resume() }

    /// Lets one that comes back have the turn, and waits for another one. Without one it goes on.
    func yield() async {
        guard state.withLock({ !$0.returning.isEmpty }) else { return }
        giveBack()
        await take()
    }

    /// Does `body` while another has the turn, and waits for another turn after it.
    /// - Throws: what `body` throws; there is a turn to be given back then, too.
    func aside<Value, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        giveBack()
        let result: Result<Value, Failure>
        do throws(Failure) {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        await take(line: \.returning)
        return try result.get()
    }

    private func take(line: WritableKeyPath<State, [CheckedContinuation<Void, Never>]>) async {
        await withCheckedContinuation { continuation in
            if state.withLock({ $0.take(continuation, line: line) }) { continuation.resume() }
        }
    }
}
