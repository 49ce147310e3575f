import Archiver
import Recordings
import Waiting

/// What was requested and goes on after the answer: a pass, a verification, an estimate, an export.
protocol RequestedWork: Sendable {
    var id: String { get }
    /// The name of the person or key that requested it.
    var requestedBy: String { get }
    var requestedTime: Timestamp { get }
    var state: WorkState { get set }
    /// The code of the problem, if it failed.
    var error: String? { get }
    var endedTime: Timestamp? { get set }
    /// Increases with each change.
    var version: Int { get set }
}

/// The state of requested work.
enum WorkState: String, Sendable, Codable {
    case waiting, running, complete, incomplete, failed, stopped

    var isEnd: Bool { self != .waiting && self != .running }
}

/// Requested work of one kind: waiting, running and ended. It keeps the newest in memory while the service runs.
final class WorkBoard<Work: RequestedWork>: Sendable {
    /// How many may wait.
    private let mostWaiting: Int
    /// How many are kept; the oldest ended ones are dropped.
    private let mostKept: Int

    private struct State {
        /// In the order of the requests.
        var works: [Work] = []
        var stops: [String: StopRequest] = [:]
        /// The IDs of those that have not begun.
        var waiting: [String] = []

        mutating func append(_ work: Work) {
            works.append(work)
            stops[work.id] = StopRequest()
            if !work.state.isEnd { waiting.append(work.id) }
        }
    }

    /// Serves the ID of the next that has not begun.
    private let line: WaitingLine<State, String>

    /// - Parameter works: what waits from the beginning, or ended before, in the order of the requests.
    init(_ works: [Work] = [], mostWaiting: Int = 20, mostKept: Int = 100) {
        self.mostWaiting = mostWaiting
        self.mostKept = mostKept
        var state = State()
        for work in works { state.append(work) }
        line = WaitingLine(state) { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    }

    /// Enqueues work.
    /// - Throws: a ``Problem`` with status 503 if too many wait.
    func add(_ work: Work) throws(Problem) {
        let isFull = line.change { state in
            guard state.works.count(where: { $0.state == .waiting }) < mostWaiting else { return true }
            state.append(work)
            while state.works.count > mostKept, let old = state.works.firstIndex(where: \.state.isEnd) {
                state.stops[state.works.remove(at: old).id] = nil
            }
            return false
        }
        if isFull { throw .busy("too many of these wait already", retryAfter: 60) }
    }

    /// Performs the work one after the other, until the service stops and the current one has ended.
    /// - Parameters:
    ///   - stop: the service's. When it is made, so is the current work's own.
    ///   - perform: performs one, and updates it.
    func work(until stop: StopRequest, _ perform: (Work, StopRequest) async -> Void) async {
        while !stop.isMade {
            guard let (work, own) = try? await stop.cancelling({ await self.next() }) else { return }
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await stop.wait()
                    if !Task.isCancelled { own.make() }
                }
                await perform(work, own)
                group.cancelAll()
            }
        }
    }

    /// Waits for the next in the queue.
    /// - Returns: `nil` if the task was cancelled.
    private func next() async -> (work: Work, stop: StopRequest)? {
        while let id = await line.wait() {
            let found = line.read { state in
                state.works.first { $0.id == id && $0.state == .waiting }.flatMap { work in
                    state.stops[id].map { (work, $0) }
                }
            }
            // Skip what was stopped while it waited.
            if let found { return found }
        }
        return nil
    }

    /// Changes work and increments its version.
    func update(_ id: String, _ change: (inout Work) -> Void) {
        line.change { state in
            guard let place = state.works.firstIndex(where: { $0.id == id }) else { return }
            change(&state.works[place])
            state.works[place].version += 1
        }
    }

    /// Requests that work stop. What is waiting ends at once.
    func stop(_ id: String, now: Timestamp) {
        // Otherwise, whoever requests and stops again and again behind long work would make the queue grow for ever.
        let request = line.change { state in
            state.waiting.removeAll { $0 == id }
            return state.stops[id]
        }
        update(id) { work in
            guard work.state == .waiting else { return }
            (work.state, work.endedTime) = (.stopped, now)
        }
        request?.make()
    }

    /// How many are in the queue.
    var waitingCount: Int { line.read(\.waiting.count) }

    /// All of it, newest first.
    var all: [Work] { line.read { $0.works.reversed() } }

    /// - Returns: `nil` if there is none with this ID, or it is no longer kept.
    func work(_ id: String) -> Work? { line.read { $0.works.first { $0.id == id } } }
}
