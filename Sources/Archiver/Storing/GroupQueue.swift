import WebexContactCenter

/// Hands what one step of a pass has done to the next, as much at a time as has come in meanwhile.
///
/// While one group is being flushed or noted the next one gathers, so that a flush or a transaction is for a group and not
/// for each. What waits here is bounded in weight by `capacity`, and received recordings also in bytes, by the memory
/// budget that each holds.
actor GroupQueue<Element: Sendable> {
    private let capacity: Int
    private let stopwatch: Stopwatch
    private let weight: @Sendable (Element) -> Int
    private var waiting: [Element] = []
    private var waitingWeight = 0
    private var isFinished = false
    /// Whether the one that takes waits for more than there is.
    private var isGathering = false
    /// The one that takes, while it has nothing to do.
    private var taker: CheckedContinuation<Void, Never>?
    /// Those that found the queue full.
    private var putters: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - stopwatch: by which more is gathered.
    ///   - weight: what an element takes of the capacity. The last one in may take more than is left.
    init(capacity: Int, stopwatch: Stopwatch, weight: @escaping @Sendable (Element) -> Int = { _ in 1 }) {
        self.capacity = capacity
        self.stopwatch = stopwatch
        self.weight = weight
    }

    /// Whether somebody waits in ``takeAll(notBefore:)``.
    var isAwaited: Bool { taker != nil }

    private var isFull: Bool { waitingWeight >= capacity }

    /// Adds an element, after waiting for room where there is none. Once nobody takes any more it is dropped, which
    /// leaves a recording pending, and a question open.
    /// - Returns: whether it was taken into the queue.
    @discardableResult
    func put(_ element: Element) async -> Bool {
        while isFull && !isFinished {
            await withCheckedContinuation { putters.append($0) }
        }
        guard !isFinished else { return false }
        waiting.append(element)
        waitingWeight += weight(element)
        if !isGathering || isFull { wakeTaker() }
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
        empty()
        wakeTaker()
    }

    /// Everything that waits, at least one element.
    /// - Parameter time: until when, by the stopwatch, more is gathered, unless the queue is finished or full before.
    /// - Returns: `nil` once the queue is finished and empty.
    func takeAll(notBefore time: Duration = .zero) async -> [Element]? {
        let rest = time - stopwatch.elapsed()
        isGathering = rest > .zero
        let clock = isGathering ? Task { try? await endGathering(after: rest) } : nil
        defer { clock?.cancel() }
        while !isFinished && (waiting.isEmpty || isGathering && !isFull) {
            await withCheckedContinuation { taker = $0 }
        }
        guard !waiting.isEmpty else { return nil }
        defer { empty() }
        return waiting
    }

    private func empty() {
        waiting = []
        waitingWeight = 0
        let freed = putters
        putters = []
        freed.forEach { $0.resume() }
    }

    private func endGathering(after rest: Duration) async throws {
        try await stopwatch.sleep(for: rest)
        isGathering = false
        wakeTaker()
    }

    private func wakeTaker() {
        taker?.resume()
        taker = nil
    }
}
