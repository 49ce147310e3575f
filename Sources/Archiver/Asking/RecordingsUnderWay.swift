import Manifest
import Synchronization

/// The recordings that are being received or wait to be stored, so that an answer that lists one again does not have it
/// fetched twice. As many as the pipeline holds at once.
final class RecordingsUnderWay: RecordingClaims {
    private let rows = Mutex<Set<RecordingRowID>>([])
    private let onRelease: @Sendable (RecordingRowID) -> Void

    /// - Parameter onRelease: told of each recording that is no longer under way.
    init(onRelease: @escaping @Sendable (RecordingRowID) -> Void) {
        self.onRelease = onRelease
    }

    /// - Returns: whether the recording was not under way before.
    func claim(_ row: RecordingRowID) -> Bool {
        rows.withLock { $0.insert(row).inserted }
    }

    /// The recording is stored, failed, or left to the next pass.
    func release(_ row: RecordingRowID) {
        rows.withLock { _ = $0.remove(row) }
        onRelease(row)
    }
}
