import Synchronization

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
    /// - Returns: whether it waited. Where it did not, it has a slot already.
    mutating func withdraw(_ id: ID, from origin: String) -> Bool {
        guard let place = origins[origin]?.waiting.firstIndex(of: id) else { return false }
        origins[origin]?.waiting.remove(at: place)
        return true
    }
}

/// The slots of an engine, whichever of its threads a download is on.
final class SharedSlots: Sendable {
    /// Asked by each thread of the engine's at the beginning and at the end of a download.
    private let slots: Mutex<ConnectionSlots<OrderID>>
    private let inboxes: [Inbox]

    /// - Parameter limit: connections to one origin, at least 1.
    init(limit: Int, inboxes: [Inbox]) {
        slots = Mutex(ConnectionSlots(limit: limit))
        self.inboxes = inboxes
    }

    /// - Returns: whether `id` may start now; where not, its thread is told when it may.
    func claim(_ origin: String, for id: OrderID) -> Bool {
        slots.withLock { $0.claim(origin, for: id) }
    }

    /// Gives a slot back, for the next that waits for one.
    func release(_ origin: String) {
        guard let next = slots.withLock({ $0.release(origin) }) else { return }
        // Refused where that thread ends, and lets go of all that waits.
        try? inboxes[next.lane].post(.admit(next))
    }

    /// `id` waits for a slot no longer: one that it has been given meanwhile goes on to the next.
    func withdraw(_ id: OrderID, from origin: String) {
        let waited = slots.withLock { $0.withdraw(id, from: origin) }
        if !waited { release(origin) }
    }
}
