import Archiver
import Foundation
import Recordings
import Synchronization
import Waiting

/// The requested passes: waiting, running and ended. It keeps the newest ones in memory while the service runs.
final class PassBoard: Sendable {
    /// How many passes may wait.
    private static let maxWaiting = 20
    /// How many passes are kept; the oldest ended ones are dropped.
    private static let maxKept = 100

    private struct State {
        /// In the order of the requests.
        var passes: [RequestedPass] = []
        var stops: [String: StopRequest] = [:]
    }

    private let state = Mutex(State())
    /// The IDs of the passes that have not begun.
    private let waiting = WaitingLine<[String], String>([]) { $0.isEmpty ? nil : $0.removeFirst() }

    /// Enqueues a pass.
    /// - Throws: a ``Problem`` with status 503 if too many passes wait.
    func add(_ pass: RequestedPass) throws(Problem) {
        let isFull = state.withLock { state in
            guard state.passes.count(where: { $0.state == .waiting }) < Self.maxWaiting else { return true }
            state.passes.append(pass)
            state.stops[pass.id] = StopRequest()
            while state.passes.count > Self.maxKept, let old = state.passes.firstIndex(where: \.state.isEnd) {
                state.stops[state.passes.remove(at: old).id] = nil
            }
            return false
        }
        if isFull { throw .busy("too many passes are waiting already", retryAfter: 60) }
        waiting.change { $0.append(pass.id) }
    }

    /// Waits for the next pass in the queue.
    /// - Returns: `nil` if the task was cancelled.
    func next() async -> (pass: RequestedPass, stop: StopRequest)? {
        while let id = await waiting.wait() {
            let found = state.withLock { state in
                state.passes.first { $0.id == id && $0.state == .waiting }.flatMap { pass in
                    state.stops[id].map { (pass, $0) }
                }
            }
            // Skip a pass that was stopped while it waited.
            if let found { return found }
        }
        return nil
    }

    /// Changes a pass and increments its version.
    func update(_ id: String, _ change: (inout RequestedPass) -> Void) {
        state.withLock { state in
            guard let place = state.passes.firstIndex(where: { $0.id == id }) else { return }
            change(&state.passes[place])
            state.passes[place].version += 1
        }
    }

    /// Requests that a pass stop. A waiting pass ends at once.
    func stop(_ id: String, now: Timestamp) {
        let request = state.withLock { $0.stops[id] }
        update(id) { pass in
            guard pass.state == .waiting else { return }
            (pass.state, pass.endedTime) = (.stopped, now)
        }
        request?.make()
    }

    /// All passes, newest first.
    var all: [RequestedPass] { state.withLock { $0.passes.reversed() } }

    /// - Returns: `nil` if the pass does not exist or is no longer kept.
    func pass(_ id: String) -> RequestedPass? { state.withLock { $0.passes.first { $0.id == id } } }
}
