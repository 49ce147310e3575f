import Manifest
import Synchronization

/// Remembers which recordings are being worked on.
final class Reservations: RecordingReservations {
    private let rows = Mutex<Set<RecordingRowID>>([])

    var held: Set<RecordingRowID> { rows.withLock { $0 } }

    func reserve(_ row: RecordingRowID) -> Bool { rows.withLock { $0.insert(row).inserted } }

    func release(_ row: RecordingRowID) { rows.withLock { _ = $0.remove(row) } }
}
