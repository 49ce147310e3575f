import DailyArchive
import Recordings
import Synchronization

/// Keeps a pass from filling the disk: asks how much is free, at most once a second, and stays shut once it was too
/// little.
final class DiskGuard: Sendable {
    private struct State {
        var askedAt: ContinuousClock.Instant?
        var isLow = false
    }

    private let root: ArchiveRoot
    private let minimumFreeBytes: Int64
    private let observer: PassObserver
    /// Asked by every receiver before it begins a download.
    private let state = Mutex(State())

    init(root: ArchiveRoot, minimumFreeBytes: Int64, observer: @escaping PassObserver) {
        self.root = root
        self.minimumFreeBytes = minimumFreeBytes
        self.observer = observer
    }

    /// Whether downloads have been held back.
    var isLow: Bool { state.withLock(\.isLow) }

    /// Whether another download may begin.
    func admits() throws(ArchiveError) -> Bool {
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            guard !state.isLow else { return false }
            if let askedAt = state.askedAt, now - askedAt < .seconds(1) { return false }
            state.askedAt = now
            return true
        }
        guard isDue else { return !isLow }
        let free = try root.diskSpace().freeBytes
        guard free < minimumFreeBytes else { return true }
        let isFirst = state.withLock { state in
            defer { state.isLow = true }
            return !state.isLow
        }
        if isFirst { observer(.pausedForSpace(freeBytes: free, minimumFreeBytes: minimumFreeBytes)) }
        return false
    }
}
