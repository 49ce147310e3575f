import Synchronization

/// Tasks that wait until a shared state has something for them. Higher precedence is served first, and the same
/// precedence in order of arrival. No one overtakes: while others wait, a newcomer of their precedence waits behind
/// them. A task that is cancelled leaves the line and takes nothing.
///
/// The state decides who is served: whenever it changes, the line serves waiters from the front for as long as the
/// state has something for them.
package final class WaitingLine<State: Sendable, Grant: Sendable>: Sendable {
    private struct Waiter {
        var ticket: UInt64
        var precedence: Int
        var continuation: CheckedContinuation<Grant?, Never>
    }

    private struct Line {
        var state: State
        var lastTicket: UInt64 = 0
        /// In the order in which they are served. Each is resumed once, with `nil` if it was cancelled.
        var waiters: [Waiter] = []
    }

    /// The outcome for a task that wants something.
    private enum Outcome {
        case served(Grant)
        case waits
        case isCancelled
    }

    /// Held for a few instructions only, and never while a continuation is resumed.
    private let line: Mutex<Line>
    private let serve: @Sendable (inout State) -> Grant?

    /// - Parameter serve: takes what the next waiter gets from the state; `nil` if there is nothing now. Called with
    ///   the lock held.
    package init(_ state: State, serve: @escaping @Sendable (inout State) -> Grant?) {
        line = Mutex(Line(state: state))
        self.serve = serve
    }

    /// How many are waiting.
    package var count: Int { line.withLock(\.waiters.count) }

    /// Reads the state.
    package func read<Result: Sendable>(_ body: (State) -> Result) -> Result { line.withLock { body($0.state) } }

    /// Takes what is available now, if no one is waiting for it.
    package func takeNow() -> Grant? {
        line.withLock { $0.waiters.isEmpty ? serve(&$0.state) : nil }
    }

    /// Waits for something.
    /// - Parameters:
    ///   - precedence: served before everyone with a lower one.
    ///   - isCancellable: whether cancelling the task ends the wait.
    /// - Returns: `nil` if the task was cancelled.
    package func wait(precedence: Int = 0, isCancellable: Bool = true) async -> Grant? {
        let ticket = line.withLock { line in
            line.lastTicket += 1
            return line.lastTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = Waiter(ticket: ticket, precedence: precedence, continuation: continuation)
                switch join(waiter, isCancelled: { isCancellable && Task.isCancelled }) {
                case .served(let grant): continuation.resume(returning: grant)
                case .isCancelled: continuation.resume(returning: nil)
                case .waits: break
                }
            }
        } onCancel: {
            if isCancellable { leave(ticket) }
        }
    }

    /// Changes the state, and serves those whose turn has come.
    package func change<Result: Sendable, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let (result, served) = try line.withLock { line throws(Failure) in
            let result = try body(&line.state)
            return (result, serveWaiters(of: &line))
        }
        for (waiter, grant) in served { waiter.continuation.resume(returning: grant) }
        return result
    }

    /// Lets everyone who is waiting now go, whatever the state is.
    package func serveAll(with grant: Grant) {
        let waiters = line.withLock { line in
            defer { line.waiters = [] }
            return line.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: grant) }
    }

    private func join(_ waiter: Waiter, isCancelled: () -> Bool) -> Outcome {
        line.withLock { line in
            // With the lock held, so that a later cancellation finds the waiter in the line.
            if isCancelled() { return .isCancelled }
            let place = line.waiters.firstIndex { $0.precedence < waiter.precedence } ?? line.waiters.count
            if place == 0, let grant = serve(&line.state) { return .served(grant) }
            line.waiters.insert(waiter, at: place)
            return .waits
        }
    }

    private func leave(_ ticket: UInt64) {
        let waiter = line.withLock { line in
            line.waiters.firstIndex { $0.ticket == ticket }.map { line.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: nil)
    }

    private func serveWaiters(of line: inout Line) -> [(Waiter, Grant)] {
        var served: [(Waiter, Grant)] = []
        while served.count < line.waiters.count, let grant = serve(&line.state) {
            served.append((line.waiters[served.count], grant))
        }
        line.waiters.removeFirst(served.count)
        return served
    }
}
