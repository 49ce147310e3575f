import Archiver
import DailyArchive
import Foundation
import Recordings
import Synchronization

/// Shows a pass as it goes: a bar on a terminal, a line of JSON for each thing that happened where those are asked for,
/// and warnings always.
final class PassProgress: Sendable {
    fileprivate struct State {
        var listed = 0
        var wanted = 0
        var stored = 0
        var failed = 0
        var receivedBytes: Int64 = 0
        /// How many downloads at once a busy media host is held to, while it is fewer than configured.
        var heldTo: Int?
        var began = ContinuousClock.now
        var drawnAt: ContinuousClock.Instant?
        /// How wide the bar on the screen is, so that it can be wiped.
        var drawnWidth = 0
    }

    private let output: Output
    private let isTerminal: Bool
    /// Events come from every receiver at once.
    private let state = Mutex(State())

    init(output: Output) {
        self.output = output
        isTerminal = !output.isJSON && isatty(STDERR_FILENO) == 1
    }

    /// Takes one event; called from many tasks.
    @Sendable func observe(_ event: PassEvent) {
        say(event)
        try? output.json(event)
        guard isTerminal else { return }
        let bar = state.withLock { state in
            state.count(event)
            return state.bar()
        }
        if let bar { draw(bar) }
    }

    /// Wipes the bar.
    func end() {
        wipe()
    }

    private func say(_ event: PassEvent) {
        switch event {
        case .listingAnomaly(let organization, let text): warn("\(organization): \(text)")
        case .failed(let organization, let key, let reason, let attempts):
            warn("\(organization): task \(key.taskID): \(reason), after \(Readable.count(attempts, "attempt"))")
        case .refused(let organization, let taskID, let reason): warn("\(organization): task \(taskID): \(reason)")
        case .pausedForSpace(let shortage, let minimum):
            warn("downloads are held back: \(shortage), of which archive.minimum_free_bytes is \(minimum)")
        case .mediaTrouble(let host, let reason): warn("\(host): \(reason)")
        case .recovered(let name, let text): warn("\(name): \(text)")
        case .crossChecked(let organization, let finding):
            guard finding.tasksNotListed > 0 else { return }
            let tasks = Readable.count(finding.tasksNotListed, "task")
            warn("\(organization): \(tasks) named by agents' activities and not listed by the provider")
        case .waiting(.usual):
            wipe()
            Complaint.line("callark: a backfill is at work; waiting until it has stepped aside")
        case .waiting(.low):
            wipe()
            Complaint.line("callark: another pass is at work; the backfill goes on after it")
        case .began, .listed, .found, .received, .stored, .sealed, .paced: break
        }
    }

    private func warn(_ text: String) {
        wipe()
        Complaint.warning(text)
    }

    private func draw(_ bar: String) {
        let padding = state.withLock { state in
            defer { state.drawnWidth = bar.count }
            return max(0, state.drawnWidth - bar.count)
        }
        write("\r" + bar + String(repeating: " ", count: padding))
    }

    private func wipe() {
        let width = state.withLock { state in
            defer { state.drawnWidth = 0 }
            return state.drawnWidth
        }
        if width > 0 { write("\r" + String(repeating: " ", count: width) + "\r") }
    }

    private func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}

extension PassProgress.State {
    fileprivate mutating func count(_ event: PassEvent) {
        switch event {
        case .listed(_, let tasks, _): listed += tasks
        case .found(_, let recordings): wanted += recordings
        case .received(let bytes): receivedBytes += Int64(bytes)
        case .stored: stored += 1
        case .failed: failed += 1
        case .paced(_, let downloads, let configured, _): heldTo = downloads < configured ? downloads : nil
        case .waiting, .began, .listingAnomaly, .crossChecked, .refused, .sealed, .mediaTrouble, .pausedForSpace,
            .recovered:
            break
        }
    }

    /// The bar, where it is time for a new one: ten a second are enough for any eye.
    fileprivate mutating func bar() -> String? {
        let now = ContinuousClock.now
        if let drawnAt, now - drawnAt < .milliseconds(100) { return nil }
        drawnAt = now
        let elapsed = max((now - began).seconds, 0.001)
        let filled = wanted == 0 ? 0 : 20 * (stored + failed) / wanted
        let remaining =
            stored == 0
            ? "" : ", \(Readable.duration(.seconds(elapsed / Double(stored) * Double(wanted - stored - failed)))) left"
        return "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: 20 - filled))] "
            + "\(stored)/\(wanted) recordings of \(Readable.count(listed, "task")), "
            + "\(Readable.bytes(receivedBytes)), \(Readable.bytes(Int64(Double(receivedBytes) / elapsed)))/s\(remaining)"
            + (heldTo.map { ", \($0) at once: the media host is busy" } ?? "")
    }
}
