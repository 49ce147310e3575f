import Synchronization

/// Lets one task through at a time, in order of arrival. A task that is cancelled while it waits leaves the line.
final class Turnstile: Sendable {
    fileprivate struct Line {
        var isTaken = false
        var nextTicket: UInt64 = 0
        /// The waiters, in order: resumed with `true` when it is their turn, with `false` when they were cancelled.
        var waiting: [(ticket: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
        /// Tickets that were cancelled before their task had joined the line.
        var cancelled: Set<UInt64> = []
    }

    /// Held for a few instructions only; never while a continuation is resumed.
    private let line = Mutex(Line())

    /// Waits for its turn; every return without an error is paired with one ``leave()``.
    func enter() async throws(ProviderError) {
        let ticket = line.withLock { line in
            line.nextTicket += 1
            return line.nextTicket
        }
        let isMine = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let verdict = line.withLock { $0.join(ticket, continuation) }
                if let verdict { continuation.resume(returning: verdict) }
            }
        } onCancel: {
            line.withLock { $0.cancel(ticket) }?.resume(returning: false)
        }
        line.withLock { _ = $0.cancelled.remove(ticket) }
        guard isMine else { throw .cancelled }
    }

    /// How many wait for their turn at this moment.
    var waitingCount: Int { line.withLock { $0.waiting.count } }

    /// Lets the next one through.
    func leave() {
        line.withLock { $0.advance() }?.resume(returning: true)
    }
}

extension Turnstile.Line {
    /// - Returns: the result if there is nothing to wait for.
    fileprivate mutating func join(_ ticket: UInt64, _ continuation: CheckedContinuation<Bool, Never>) -> Bool? {
        if cancelled.contains(ticket) { return false }
        guard isTaken else {
            isTaken = true
            return true
        }
        waiting.append((ticket, continuation))
        return nil
    }

    fileprivate mutating func cancel(_ ticket: UInt64) -> CheckedContinuation<Bool, Never>? {
        guard let place = waiting.firstIndex(where: { $0.ticket == ticket }) else {
            cancelled.insert(ticket)
            return nil
        }
        return waiting.remove(at: place).continuation
    }

    fileprivate mutating func advance() -> CheckedContinuation<Bool, Never>? {
        guard !waiting.isEmpty else {
            isTaken = false
            return nil
        }
        return waiting.removeFirst().continuation
    }
}
