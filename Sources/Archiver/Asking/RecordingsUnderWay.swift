import Manifest
import Synchronization

/// The recordings that are being received or wait to be stored. They are not fetched twice if an answer lists one
/// again. There are at most as many as the pipeline holds at once.
final class RecordingsUnderWay: RecordingReservations {
    private let rows = Mutex<Set<RecordingRowID>>([])
    private let onRelease: @Sendable (RecordingRowID) -> Void

    /// - Parameter onRelease: called for each recording that is no longer in progress.
    init(onRelease: @escaping @Sendable (RecordingRowID) -> Void) {
        self.onRelease = onRelease
    }

    /// - Returns: whether the recording was not yet in progress.
    func reserve(_ row: RecordingRowID) -> Bool {
        rows.withLock { $0.insert(row).inserted }
    }

    /// Ends a reservation: the recording is stored, failed, or left to the next pass.
    func release(_ row: RecordingRowID) {
        rows.withLock { _ = $0.remove(row) }
        onRelease(row)
    }
}
