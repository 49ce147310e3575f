/// Which downloads may have a connection now: no more than a limit to one origin, first come, first served. API calls
/// take no slot, and so never wait behind downloads.
struct ConnectionSlots<ID: Hashable> {
    private let limit: Int
    private var origins: [String: Origin] = [:]

    private struct Origin {
        var inUse = 0
        var waiting: [ID] = []
    }

    /// - Parameter limit: connections to one origin, at least 1.
    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// - Returns: whether `id` may start now; where not, a later ``release(_:)`` names it.
    mutating func claim(_ origin: String, for id: ID) -> Bool {
        guard origins[origin, default: Origin()].inUse < limit else {
            origins[origin, default: Origin()].waiting.append(id)
            return false
        }
        origins[origin, default: Origin()].inUse += 1
        return true
    }

    /// Gives a slot back.
    /// - Returns: who has it now and may start.
    mutating func release(_ origin: String) -> ID? {
        guard var state = origins[origin] else { return nil }
        guard state.waiting.isEmpty else {
            let next = state.waiting.removeFirst()
            origins[origin] = state
            return next
        }
        state.inUse -= 1
        origins[origin] = state.inUse == 0 ? nil : state
        return nil
    }

    /// Takes `id`, which waits, out of the queue.
    mutating func withdraw(_ id: ID, from origin: String) {
        origins[origin]?.waiting.removeAll { $0 == id }
    }
}
