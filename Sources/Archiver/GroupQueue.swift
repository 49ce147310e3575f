/// Hands what one step of a pass has done to the next, as much at a time as has come in meanwhile.
///
/// While one group is being flushed or noted the next one gathers, so that a flush or a transaction is for a group and not
/// for each. What waits here is bounded in number by `capacity`, and received recordings also in bytes, by the memory
/// budget that each holds.
actor GroupQueue<Element: Sendable> {
    private let capacity: Int
    private var waiting: [Element] = []
    private var isFinished = false
    /// Whether the one that takes waits for more than there is.
    private var isGathering = false
    /// The one that takes, while it has nothing to do.
    private var taker: CheckedContinuation<Void, Never>?
    /// Those that found the queue full.
    private var putters: [CheckedContinuation<Void, Never>] = []

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds an element, after waiting for room where there is none. Once nobody takes any more it is dropped, which
    /// leaves a recording pending, and a question open.
    /// - Returns: whether it was taken into the queue.
    @discardableResult
    func put(_ element: Element) async -> Bool {
        while waiting.count >= capacity && !isFinished {
            await withCheckedContinuation { putters.append($0) }
        }
        guard !isFinished else { return false }
        waiting.append(element)
        if !isGathering || waiting.count >= capacity { wakeTaker() }
        return true
    }

    /// No more elements will come.
    func finish() {
        isFinished = true
        wakeTaker()
    }

    /// Nobody takes elements any more.
    func abandon() {
        isFinished = true
        waiting = []
        wakePutters()
    }

    /// Everything that waits, at least one element.
    /// - Parameter time: until when more is gathered, unless the queue is finished or full before.
    /// - Returns: `nil` once the queue is finished and empty.
    func takeAll(notBefore time: ContinuousClock.Instant = .now) async -> [Element]? {
        isGathering = time > .now
        let clock = isGathering ? Task { try? await endGathering(at: time) } : nil
        defer { clock?.cancel() }
        while !isFinished && (waiting.isEmpty || isGathering && waiting.count < capacity) {
            await withCheckedContinuation { taker = $0 }
        }
        guard !waiting.isEmpty else { return nil }
        defer {
            waiting = []
            wakePutters()
        }
        return waiting
    }

    private func wakePutters() {
        let freed = putters
        putters = []
        freed.forEach { $0.resume() }
    }

    private func endGathering(at time: ContinuousClock.Instant) async throws {
        try await Task.sleep(until: time, clock: .continuous)
        isGathering = false
        wakeTaker()
    }

    private func wakeTaker() {
        taker?.resume()
        taker = nil
    }
}
