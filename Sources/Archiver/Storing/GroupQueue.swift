import WebexContactCenter

/// Hands over what one step of a pass has done to the next one, as much at a time as has accumulated.
///
/// While one group is being flushed or recorded, the next one gathers, so that one flush or transaction covers a whole
/// group. The `capacity` bounds the weight of what waits here; the memory budget, of which each received recording
/// holds its part, also bounds the bytes of those.
actor GroupQueue<Element: Sendable> {
    private let capacity: Int
    private let stopwatch: Stopwatch
    private let weight: @Sendable (Element) -> Int
    private var waiting: [Element] = []
    private var waitingWeight = 0
    private var isFinished = false
    /// Whether the consumer waits for more than has arrived.
    private var isGathering = false
    /// The consumer, while it has nothing to do.
    private var taker: CheckedContinuation<Void, Never>?
    /// Producers that found the queue full.
    private var putters: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - stopwatch: the clock for gathering more.
    ///   - weight: how much of the capacity an element takes. The last one admitted may exceed it.
    init(capacity: Int, stopwatch: Stopwatch, weight: @escaping @Sendable (Element) -> Int = { _ in 1 }) {
        self.capacity = capacity
        self.stopwatch = stopwatch
        self.weight = weight
    }

    /// Whether a consumer waits in ``takeAll(notBefore:)``.
    var isAwaited: Bool { taker != nil }

    private var isFull: Bool { waitingWeight >= capacity }

    /// Adds an element; waits while the queue is full. If the queue was abandoned, the element is dropped, which leaves
    /// a recording pending or a question open.
    /// - Returns: whether it was added.
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

    /// The consumer will take no more elements.
    func abandon() {
        isFinished = true
        empty()
        wakeTaker()
    }

    /// Everything in the queue, at least one element.
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
