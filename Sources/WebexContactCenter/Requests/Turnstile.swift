import Waiting

/// Lets one task through at a time, in order of arrival. A task that is cancelled while it waits leaves the line.
final class Turnstile: Sendable {
    private let line = WaitingLine<Bool, Void>(false) { isTaken in
        guard !isTaken else { return nil }
        isTaken = true
        return ()
    }

    /// Waits for its turn; every return without an error is paired with one ``leave()``.
    func enter() async throws(ProviderError) {
        guard await line.wait() != nil else { throw .cancelled }
    }

    /// How many wait for their turn at this moment.
    var waitingCount: Int { line.count }

    /// Lets the next one through.
    func leave() { line.change { $0 = false } }
}
