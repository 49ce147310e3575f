import Waiting

/// A request, made once and never withdrawn, to finish the current work in an orderly way: the first SIGINT or SIGTERM.
///
/// Cancelling would stop at once; this lets each step finish or checkpoint what it is doing.
package final class StopRequest: Sendable {
    private struct State {
        var isMade = false
        var reason = StopRequest.onRequest
    }

    /// Those waiting in ``wait()``.
    private let line = WaitingLine<State, Void>(State()) { $0.isMade ? () : nil }

    package init() {}

    /// The reason of a request made by a person or the system.
    private static let onRequest = "stopped on request"

    /// Whether the work should come to an end.
    package var isMade: Bool { line.read(\.isMade) }

    /// The error of work that ended because of the request: code `stopped`, with the reason that the request gave.
    var error: ArchiverError { ArchiverError(.stopped, line.read(\.reason)) }

    /// The same error, followed by what was interrupted: `before sealing 2026-11-28`.
    func error(_ circumstance: String) -> ArchiverError {
        ArchiverError(.stopped, "\(line.read(\.reason)) \(circumstance)")
    }

    /// - Throws: ``ArchiverError`` with code `stopped` if the request was made.
    package func check() throws(ArchiverError) {
        if isMade { throw error }
    }

    /// Makes the request. A second request changes nothing.
    /// - Parameter reason: the reason, if no one asked for it: `gave way to another pass`.
    package func make(because reason: String? = nil) {
        line.change { state in
            if !state.isMade, let reason { state.reason = reason }
            state.isMade = true
        }
    }

    /// Returns when the request is made, or when the task is cancelled.
    package func wait() async { _ = await line.wait() }

    /// Returns after `duration`, or when the request is made, or when the task is cancelled.
    package func wait(atMost duration: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: duration) }
            group.addTask { await self.wait() }
            await group.next()
            group.cancelAll()
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
