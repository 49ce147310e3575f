import GRDB
import Synchronization

/// What one transaction claims, and gives back where it comes to nothing.
final class TransactionClaims: Sendable {
    private let claims: any RecordingClaims
    /// Touched by the transaction, and then by its end.
    private let claimed = Mutex<[RecordingRowID]>([])

    init(_ claims: any RecordingClaims, in db: Database) {
        self.claims = claims
        db.afterNextTransaction(onCommit: { _ in }) { [self] _ in
            for row in claimed.withLock(\.self) { claims.release(row) }
        }
    }

    /// - Returns: whether the recording was nobody's before.
    func claim(_ row: RecordingRowID) -> Bool {
        guard claims.claim(row) else { return false }
        claimed.withLock { $0.append(row) }
        return true
    }
}
