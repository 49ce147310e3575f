/// Hands received recordings to the one that stores them, as many at a time as have come in meanwhile.
///
/// While one group is being flushed the next one gathers, so that a flush is for a group and not for a recording. What
/// waits here is bounded in bytes by the memory budget that each recording holds, and in number by `capacity`.
actor StoreQueue<Element: Sendable> {
    private let capacity: Int
    private var waiting: [Element] = []
    private var isFinished = false
    /// The storer, while it has nothing to do.
    private var taker: CheckedContinuation<Void, Never>?
    /// Receivers that found the queue full.
    private var putters: [CheckedContinuation<Void, Never>] = []

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds an element, after waiting for room where there is none. Once nobody stores any more it is dropped, which
    /// leaves the recording pending.
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
    /// - Returns: `nil` once the queue is finished and empty.
    func takeAll() async -> [Element]? {
        while waiting.isEmpty && !isFinished {
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

    private func wakeTaker() {
        taker?.resume()
        taker = nil
    }
}
