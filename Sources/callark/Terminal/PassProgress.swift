import Reports
import Archiver
import DailyArchive
import Files
import Foundation
import Payloads
import Recordings
import Synchronization

/// Shows the progress of a pass: one line on a terminal, one line of JSON per event if those were asked for, and
/// warnings always.
final class PassProgress: Sendable {
    private struct State {
        var activity = PassActivity()
        var line = ProgressLine()
        var began = ContinuousClock.now
        var drawnAt: ContinuousClock.Instant?
        /// Redraws when nothing happens, because waits have a countdown.
        var clock: Task<Void, Never>?
        var isOver = false
    }

    private static let interval = Duration.milliseconds(100)
    private static let longestInterval = Duration.milliseconds(500)

    private let output: Output
    private let isShown: Bool
    /// Where words go; kept, because events also come from threads that know of no task.
    private let outlet = Outlet.current
    /// Events come from every receiver at once.
    private let state = Mutex(State())

    init(output: Output) {
        self.output = output
        isShown = !output.isJSON && StandardError.showsProgress
    }

    /// Takes one event. May be called from many tasks.
    @Sendable func observe(_ event: PassEvent) {
        Outlet.$current.withValue(outlet) { take(event) }
    }

    private func take(_ event: PassEvent) {
        say(event)
        if output.isJSON, let line = PassEventLine(event) { try? output.json(line) }
        guard isShown else { return }
        state.withLock { state in
            guard !state.isOver else { return }
            state.activity.count(event) { Timestamp(Date()) }
            if state.clock == nil { state.clock = ticking() }
            // Ten redraws a second are enough for any eye.
            if let drawnAt = state.drawnAt, .now - drawnAt < Self.interval { return }
            Self.draw(&state)
        }
    }

    /// Removes the progress line.
    func end() {
        let clock = state.withLock { state in
            state.isOver = true
            defer { state.clock = nil }
            return state.clock
        }
        clock?.cancel()
        StandardError.show(progress: nil)
    }

    private func ticking() -> Task<Void, Never> {
        Task { [weak self] in
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.longestInterval)
                guard let self else { return }
                self.state.withLock { state in
                    if !state.isOver { Self.draw(&state) }
                }
            }
        }
    }

    /// Called with the lock held, so that nothing is drawn after ``end()``.
    private static func draw(_ state: inout State) {
        let now = ContinuousClock.now
        state.drawnAt = now
        let report = state.activity.report(now: Timestamp(Date()))
        let width = StandardError.progressWidth
        StandardError.show(progress: state.line.text(report, elapsed: now - state.began, width: width))
    }

    private func say(_ event: PassEvent) {
        switch event {
        case .listingAnomaly(let organization, let text): Diagnostics.warning("\(organization): \(text)")
        case .failed(let organization, let key, let reason, let attempts):
            let what = "\(reason), after \(Readable.count(attempts, "attempt"))"
            Diagnostics.warning("\(organization): task \(key.taskID): \(what)")
        case .refused(let organization, let taskID, let reason):
            Diagnostics.warning("\(organization): task \(taskID): \(reason)")
        case .pausedForSpace(let shortage, let minimum):
            let kept = Readable.bytes(minimum)
            Diagnostics.warning("downloads are paused: \(shortage), of which archive.minimum_free_bytes is \(kept)")
        case .mediaTrouble(let host, let reason): Diagnostics.warning("\(host): \(reason)")
        case .recovered(let name, let text): Diagnostics.warning("\(name): \(text)")
        case .logBegun(let begun): Diagnostics.notice(begun)
        case .adopted(let organization, let archives, let recordings):
            Diagnostics.notice(
                "\(organization): the evidence log did not know \(Readable.count(archives, "archive")): it has them now, with "
                    + "\(Readable.count(recordings, "recording")), and proves them from now on"
            )
        case .activitiesCompared(let organization, let finding):
            guard finding.tasksNotListed > 0 else { return }
            let tasks = Readable.count(finding.tasksNotListed, "task")
            Diagnostics.warning(
                "\(organization): \(tasks) found in agent activities but missing from the task list: added"
            )
        case .waiting(.backfill): Diagnostics.notice("a backfill is running; waiting for it to pause")
        case .waiting(.pass): Diagnostics.notice("another pass is running; the backfill resumes after it")
        case .backfilling, .began, .step, .listed, .due, .asked, .found, .received, .retrying, .providerPaused, .stored,
            .sealed, .placed, .evicted, .paced:
            break
        }
    }
}
