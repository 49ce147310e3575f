import Archiver
import Foundation
import Recordings
import Synchronization
import Waiting

/// The passes that were asked for, those that wait and those that have ended. The newest are kept, as long as the service runs.
final class PassBoard: Sendable {
    /// So many may wait.
    private static let mostWaiting = 20
    private static let mostKept = 100

    private struct State {
        /// In the order in which they were asked for.
        var passes: [RequestedPass] = []
        var stops: [String: StopRequest] = [:]
    }

    private let state = Mutex(State())
    /// The passes that nobody has begun yet.
    private let waiting = WaitingLine<[String], String>([]) { $0.isEmpty ? nil : $0.removeFirst() }

    /// Puts a pass at the end of the line.
    /// - Throws: a ``Problem`` with status 503 if too many wait.
    func add(_ pass: RequestedPass) throws(Problem) {
        let isFull = state.withLock { state in
            guard state.passes.count(where: { $0.state == .waiting }) < Self.mostWaiting else { return true }
            state.passes.append(pass)
            state.stops[pass.id] = StopRequest()
            while state.passes.count > Self.mostKept, let old = state.passes.firstIndex(where: \.state.isEnd) {
                state.stops[state.passes.remove(at: old).id] = nil
            }
            return false
        }
        if isFull { throw .busy("too many passes wait already", retryAfter: 60) }
        waiting.change { $0.append(pass.id) }
    }

    /// Waits for the next pass to be made.
    /// - Returns: `nil` if the task was cancelled.
    func next() async -> (pass: RequestedPass, stop: StopRequest)? {
        while let id = await waiting.wait() {
            let found = state.withLock { state in
                state.passes.first { $0.id == id && $0.state == .waiting }.flatMap { pass in
                    state.stops[id].map { (pass, $0) }
                }
            }
            // One that was stopped while it waited is not begun.
            if let found { return found }
        }
        return nil
    }

    /// Changes what is known of a pass.
    func update(_ id: String, _ change: (inout RequestedPass) -> Void) {
        state.withLock { state in
            guard let place = state.passes.firstIndex(where: { $0.id == id }) else { return }
            change(&state.passes[place])
            state.passes[place].version += 1
        }
    }

    /// Asks a pass to come to an end; one that waits has ended then.
    func stop(_ id: String, now: Timestamp) {
        let request = state.withLock { $0.stops[id] }
        update(id) { pass in
            guard pass.state == .waiting else { return }
            (pass.state, pass.endedTime) = (.stopped, now)
        }
        request?.make()
    }

    /// The newest first.
    var all: [RequestedPass] { state.withLock { $0.passes.reversed() } }

    /// - Returns: `nil` if it is not known, or no longer.
    func pass(_ id: String) -> RequestedPass? { state.withLock { $0.passes.first { $0.id == id } } }
}
