import Synchronization

/// A wish, made once and never taken back, that the work under way comes to a good end: the first SIGINT or SIGTERM.
///
/// Cancelling would stop now; this lets each step finish or checkpoint what it has in hand.
package final class StopRequest: Sendable {
    private struct State {
        var isMade = false
        var reason = StopRequest.onRequest
        var nextWaiter = 0
        /// Those who wait in ``wait()``; each is resumed once, by ``make()`` or by its own cancellation.
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// The reason of a request that a person or the system has made.
    private static let onRequest = "stopped on request"

    /// Whether the work should come to an end.
    package var isMade: Bool { state.withLock(\.isMade) }

    /// The error of work that ended because of the request: code `stopped`, with the reason that the request gave.
    var error: ArchiverError { ArchiverError(.stopped, state.withLock(\.reason)) }

    /// The same error, followed by what was interrupted: `before sealing 2026-11-28`.
    func error(_ circumstance: String) -> ArchiverError {
        ArchiverError(.stopped, "\(state.withLock(\.reason)) \(circumstance)")
    }

    /// Makes the request. Doing so again changes nothing.
    /// - Parameter reason: why, if nobody asked for it: `gave way to another pass`.
    package func make(because reason: String? = nil) {
        let waiters = state.withLock { state in
            if !state.isMade, let reason { state.reason = reason }
            state.isMade = true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        waiters.forEach { $0.resume() }
    }

    /// Returns when the request is made, or when the task is cancelled.
    package func wait() async {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isMade || Task.isCancelled { return true }
                    state.waiters[waiter] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume()
        }
    }

    /// Runs `work`, and cancels it once the request is made and `grace` has passed.
    package func cancelling<Value: Sendable>(
        after grace: Duration = .zero,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                await self.wait()
                if grace > .zero { try? await Task.sleep(for: grace) }
                return nil
            }
            defer { group.cancelAll() }
            while let finished = try await group.next() {
                if let value = finished { return value }
                group.cancelAll()
            }
            throw CancellationError()
        }
    }
}
