import Logging
import Manifest
import Synchronization
import WebexContactCenter

/// The troubles of all media hosts of a pass (``HostTroubleRule``), and the recordings that wait for one to end.
final class HostTroubles: Sendable {
    private struct State {
        var hosts: [String: HostTroubleRule] = [:]
        /// Counts the changes for which recordings may be waiting.
        var changes = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let patience: Duration
    private let observer: PassObserver
    private let stopwatch: Stopwatch
    /// Locked for a few instructions only, and never while a continuation is resumed.
    private let state = Mutex(State())

    /// - Parameters:
    ///   - patience: how long a host may fail before it is left alone.
    ///   - stopwatch: measures how long it fails.
    init(
        patience: Duration,
        stopwatch: Stopwatch,
        observer: @escaping PassObserver
    ) {
        self.patience = patience
        self.observer = observer
        self.stopwatch = stopwatch
    }

    /// Why this pass requests nothing more from a host; `nil` if it still does.
    func closed(_ host: String) -> String? { state.withLock { $0.hosts[host]?.closed } }

    /// Records that something came from the host.
    func end(at host: String) {
        change { $0.hosts[host]?.end() == true }
    }

    /// Records that a recording of the host has ended.
    func end(of row: RecordingRowID, at host: String, isFailed: Bool) {
        change { $0.hosts[host]?.end(of: row, isFailed: isFailed) == true }
    }

    /// Records that a recording's URL was refused (``HostTroubleRule/note(_:of:isSurprising:now:)``).
    func note(
        _ refusal: StoreRefusal,
        of row: RecordingRowID,
        at host: String,
        isSurprising: Bool
    ) -> HostTroubleRule.NextStep {
        let now = stopwatch.elapsed()
        return reporting(host, refusal.description, now) {
            $0.note(refusal, of: row, isSurprising: isSurprising, now: now)
        }
    }

    /// Records that the host failed temporarily.
    func noteFailure(_ reason: String, of row: RecordingRowID, at host: String) -> HostTroubleRule.NextStep {
        let now = stopwatch.elapsed()
        return reporting(host, reason, now) { $0.noteFailure(reason, of: row, now: now) }
    }

    /// What a recording whose URL was refused does now.
    func nextStep(for row: RecordingRowID, at host: String) -> HostTroubleRule.NextStep {
        state.withLock { $0.hosts[host]?.nextStep(for: row) ?? .proceed }
    }

    /// Waits until the trouble is over, or until it is this recording's turn to try.
    /// - Returns: anything except `wait`.
    /// - Throws: `CancellationError`.
    func wait(of row: RecordingRowID, at host: String) async throws -> HostTroubleRule.NextStep {
        while true {
            try Task.checkCancellation()
            let (nextStep, seen) = state.withLock { ($0.hosts[host]?.nextStep(for: row) ?? .proceed, $0.changes) }
            guard nextStep == .wait else { return nextStep }
            await nextChange(after: seen)
        }
    }

    private func reporting(
        _ host: String,
        _ reason: String,
        _ now: Duration,
        _ body: (inout HostTroubleRule) -> HostTroubleRule.NextStep
    ) -> HostTroubleRule.NextStep {
        let (nextStep, notice) = state.withLock { state in
            let nextStep = body(&state.hosts[host, default: HostTroubleRule(patience: patience)])
            return (nextStep, state.hosts[host]?.nextNotice(reason, now: now))
        }
        if let notice { observer(.mediaTrouble(host: host, reason: notice)) }
        return nextStep
    }

    private func nextChange(after seen: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.changes != seen || Task.isCancelled { return true }
                    state.waiting.append(continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            change { _ in true }
        }
    }

    private func change(_ body: (inout State) -> Bool) {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard body(&state) else { return [] }
            state.changes += 1
            defer { state.waiting = [] }
            return state.waiting
        }
        waiting.forEach { $0.resume() }
    }
}
