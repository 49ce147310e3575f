import GRDB
import Synchronization

/// The reservations of one transaction, which are released if it fails.
final class TransactionReservations: Sendable {
    private let reservations: any RecordingReservations
    /// Used by the transaction, and then by its end.
    private let reserved = Mutex<[RecordingRowID]>([])

    init(_ reservations: any RecordingReservations, in db: Database) {
        self.reservations = reservations
        db.afterNextTransaction(onCommit: { _ in }) { [self] _ in
            for row in reserved.withLock(\.self) { reservations.release(row) }
        }
    }

    /// - Returns: whether no one had reserved the recording.
    func reserve(_ row: RecordingRowID) -> Bool {
        guard reservations.reserve(row) else { return false }
        reserved.withLock { $0.append(row) }
        return true
    }
}
