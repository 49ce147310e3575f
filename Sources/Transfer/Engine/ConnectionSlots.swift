import Synchronization

/// Which downloads may have a connection now: up to a limit per origin, first come, first served. API calls take no
/// slot, so they never wait behind downloads.
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

    /// - Returns: whether `id` may start now; if not, a later ``release(_:)`` names it.
    mutating func claim(_ origin: String, for id: ID) -> Bool {
        guard origins[origin, default: Origin()].inUse < limit else {
            origins[origin, default: Origin()].waiting.append(id)
            return false
        }
        origins[origin, default: Origin()].inUse += 1
        return true
    }

    /// Gives a slot back.
    /// - Returns: the order that has it now and may start.
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

    /// Removes `id`, which waits, from the queue.
    /// - Returns: whether it waited. If not, it already has a slot.
    mutating func withdraw(_ id: ID, from origin: String) -> Bool {
        guard let place = origins[origin]?.waiting.firstIndex(of: id) else { return false }
        origins[origin]?.waiting.remove(at: place)
        return true
    }
}

/// The slots of an engine, shared by the downloads of all its threads.
final class SharedSlots: Sendable {
    /// Used by each thread of the engine at the beginning and at the end of a download.
    private let slots: Mutex<ConnectionSlots<OrderID>>
    private let inboxes: [Inbox]

    /// - Parameter limit: connections to one origin, at least 1.
    init(limit: Int, inboxes: [Inbox]) {
        slots = Mutex(ConnectionSlots(limit: limit))
        self.inboxes = inboxes
    }

    /// - Returns: whether `id` may start now; if not, its thread is notified when it may.
    func claim(_ origin: String, for id: OrderID) -> Bool {
        slots.withLock { $0.claim(origin, for: id) }
    }

    /// Gives a slot back, for the next download that waits for one.
    func release(_ origin: String) {
        guard let next = slots.withLock({ $0.release(origin) }) else { return }
        // Refused if that thread ends, and drops everything that waits.
        try? inboxes[next.lane].post(.admit(next))
    }

    /// `id` no longer waits for a slot. If it has been given one in the meantime, the next download gets it.
    func withdraw(_ id: OrderID, from origin: String) {
        let waited = slots.withLock { $0.withdraw(id, from: origin) }
        if !waited { release(origin) }
    }
}
