import GRDB
import Synchronization

/// The claims of one transaction, which are released if it fails.
final class TransactionClaims: Sendable {
    private let claims: any RecordingClaims
    /// Used by the transaction, and then by its end.
    private let claimed = Mutex<[RecordingRowID]>([])

    init(_ claims: any RecordingClaims, in db: Database) {
        self.claims = claims
        db.afterNextTransaction(onCommit: { _ in }) { [self] _ in
            for row in claimed.withLock(\.self) { claims.release(row) }
        }
    }

    /// - Returns: whether no one had claimed the recording.
    func claim(_ row: RecordingRowID) -> Bool {
        guard claims.claim(row) else { return false }
        claimed.withLock { $0.append(row) }
        return true
    }
}
