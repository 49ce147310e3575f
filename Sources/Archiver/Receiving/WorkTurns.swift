import Waiting

/// Limits how many do one kind of work at a time: receivers that receive recordings, or those of them that ask for a
/// new URL.
///
/// A receiver whose recording only has to wait steps aside, and an idle one takes its turn. Recordings that are not
/// available, each of which takes minutes until it is given up, therefore do not delay others. A receiver that comes
/// back continues at once, even if that is one too many; the next one that finishes a recording makes up for it.
final class WorkTurns: Sendable {
    /// How many turns are free: negative while receivers that came back exceed them.
    private let line: WaitingLine<Int, Void>

    init(count: Int) {
        line = WaitingLine(max(1, count)) { free in
            guard free > 0 else { return nil }
            free -= 1
            return ()
        }
    }

    /// How many wait for a turn at this moment.
    var waitingCount: Int { line.count }

    /// Waits for a turn, which has to be returned. Cancelling the task does not end the wait; every holder of a turn
    /// then returns it.
    func take() async { _ = await line.wait(isCancellable: false) }

    /// Passes the turn on, for good.
    func release() { line.change { $0 += 1 } }

    /// If more are at work than there are turns, returns the turn and waits for another one.
    func yield() async {
        guard line.read({ $0 < 0 }) else { return }
        release()
        await take()
    }

    /// Runs `body` while another has the turn.
    /// - Throws: what `body` throws; there is a turn to return in that case too.
    func aside<Value, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        release()
        defer { line.change { $0 -= 1 } }
        return try await body()
    }
}
