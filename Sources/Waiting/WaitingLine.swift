import Synchronization

/// Tasks that wait until a shared state has something for them. Those of a higher precedence come first, and of the same
/// precedence those who came first. No one overtakes: while others wait, a newcomer of their precedence waits behind them. A
/// task that is cancelled leaves the line and takes nothing.
///
/// The state says who is served: whenever it has changed, the line serves those in front for as long as there is something
/// for them.
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

    /// What becomes of a task that wants something.
    private enum Outcome {
        case served(Grant)
        case waits
        case isCancelled
    }

    /// Held for a few instructions only, and never while a continuation is resumed.
    private let line: Mutex<Line>
    private let serve: @Sendable (inout State) -> Grant?

    /// - Parameter serve: takes from the state what the next one gets; `nil` if there is nothing now. Called in the lock.
    package init(_ state: State, serve: @escaping @Sendable (inout State) -> Grant?) {
        line = Mutex(Line(state: state))
        self.serve = serve
    }

    /// How many wait at this moment.
    package var count: Int { line.withLock(\.waiters.count) }

    /// What the state says at this moment.
    package func read<Result: Sendable>(_ body: (State) -> Result) -> Result { line.withLock { body($0.state) } }

    /// What is in front of the line now, if no one waits for it.
    package func takeNow() -> Grant? {
        line.withLock { $0.waiters.isEmpty ? serve(&$0.state) : nil }
    }

    /// Waits for something.
    /// - Parameters:
    ///   - precedence: goes before everyone who has a lower one.
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

    /// Changes the state, and serves those whose turn has come by that.
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

    /// Lets everyone go who waits now, whatever the state is.
    package func serveAll(with grant: Grant) {
        let waiters = line.withLock { line in
            defer { line.waiters = [] }
            return line.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: grant) }
    }

    private func join(_ waiter: Waiter, isCancelled: () -> Bool) -> Outcome {
        line.withLock { line in
            // In the lock: whoever is cancelled later finds the waiter in the line.
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
