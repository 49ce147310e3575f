import Synchronization

/// The limit on the bytes that all recordings in progress hold in memory together.
///
/// A recording reserves once, before its first byte, and never asks for more while it holds something; what does not
/// fit goes to a file. Recordings can therefore not wait for each other in a circle. Waiters are served in order, so
/// small recordings cannot delay a large one for ever.
package final class MemoryBudget: Sendable {
    package let capacity: Int
    /// Protects what is reserved and who waits. Locked only for moments, from any thread.
    private let state: Mutex<State>
    fileprivate let pool = ChunkPool()

    private struct State {
        var reserved = 0
        var waiting: [Waiter] = []
    }

    private struct Waiter {
        var bytes: Int
        var granted: @Sendable (MemoryReservation) -> Void
    }

    package init(bytes: Int) {
        precondition(bytes > 0, "a budget of nothing would stop every download")
        capacity = bytes
        state = Mutex(State())
    }

    /// The bytes that are reserved at this moment.
    package var reservedBytes: Int { state.withLock(\.reserved) }

    /// Reserves `bytes` (at most the capacity), now or later.
    /// - Returns: the reservation, or `nil` if there is no room now. `granted` is then called with it later, once, on
    ///   the thread that freed the room; a caller that no longer wants it drops it.
    package func reserve(
        _ bytes: Int,
        granted: @escaping @Sendable (MemoryReservation) -> Void
    ) -> MemoryReservation? {
        let bytes = min(max(bytes, 0), capacity)
        let isGranted = state.withLock { state in
            guard state.waiting.isEmpty, state.reserved + bytes <= capacity else {
                state.waiting.append(Waiter(bytes: bytes, granted: granted))
                return false
            }
            state.reserved += bytes
            return true
        }
        return isGranted ? MemoryReservation(bytes: bytes, budget: self) : nil
    }

    fileprivate func release(_ bytes: Int) {
        let served = state.withLock { state in
            state.reserved -= bytes
            let served = state.waiting.prefix { waiter in
                guard state.reserved + waiter.bytes <= capacity else { return false }
                state.reserved += waiter.bytes
                return true
            }
            state.waiting.removeFirst(served.count)
            return Array(served)
        }
        // Outside of the lock, because the closure may itself reserve and release.
        for waiter in served { waiter.granted(MemoryReservation(bytes: waiter.bytes, budget: self)) }
    }
}

/// A share of a ``MemoryBudget``. It is released with the last reference to it.
package final class MemoryReservation: Sendable {
    package let bytes: Int
    private let budget: MemoryBudget

    fileprivate init(bytes: Int, budget: MemoryBudget) {
        self.bytes = bytes
        self.budget = budget
    }

    deinit { budget.release(bytes) }

    /// Where the reserved memory comes from.
    var pool: ChunkPool { budget.pool }
}
