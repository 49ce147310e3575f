/// Hands what one step of storing has done to the next, as much at a time as has come in meanwhile.
///
/// While one group is being flushed the next one gathers, so that a flush is for a group and not for a recording. What
/// waits here is bounded in number by `capacity`, and received recordings also in bytes, by the memory budget that each
/// holds.
actor StoreQueue<Element: Sendable> {
    private let capacity: Int
    private var waiting: [Element] = []
    private var isFinished = false
    /// The one that takes, while it has nothing to do.
    private var taker: CheckedContinuation<Void, Never>?
    /// Those that found the queue full.
    private var putters: [CheckedContinuation<Void, Never>] = []

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds an element, after waiting for room where there is none. Once nobody takes any more it is dropped, which
    /// leaves a recording pending.
    func put(_ element: Element) async {
        while waiting.count >= capacity && !isFinished {
            await withCheckedContinuation { putters.append($0) }
        }
        guard !isFinished else { return }
        waiting.append(element)
        wakeTaker()
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
        let clock = time > .now ? Task { try? await wakeTaker(at: time) } : nil
        defer { clock?.cancel() }
        while !isFinished && (waiting.isEmpty || waiting.count < capacity && .now < time) {
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

    private func wakeTaker(at time: ContinuousClock.Instant) async throws {
        try await Task.sleep(until: time, clock: .continuous)
        wakeTaker()
    }

    private func wakeTaker() {
        taker?.resume()
        taker = nil
    }
}
