import Files
import Manifest
import Recordings
import Synchronization

/// Remembers which recordings were recently checked and found sound. Without it, every request for a part would read the
/// whole recording again.
final class Soundness: Sendable {
    /// How long a check remains valid.
    private static let lifetime = Duration.seconds(3600)
    private static let most = 5000

    private struct Known {
        /// `nil` for an archive that is no local file: nobody can change it in place.
        var status: FileStatus?
        var time: Timestamp
    }

    private let known = Mutex<[RecordingRowID: Known]>([:])

    /// Whether a recording was recently found sound, and the archive's file has not changed since.
    func isKnown(_ row: RecordingRowID, _ file: HeldFile, now: Timestamp) -> Bool {
        known.withLock { known in
            guard let found = known[row], now >= found.time, now - found.time < Self.lifetime else { return false }
            // An open archive grows, but existing bytes do not change.
            if !file.held.isSealed, let before = found.status, let status = file.status {
                return before.isSameFile(as: status)
            }
            return found.status == file.status
        }
    }

    func note(_ row: RecordingRowID, _ file: HeldFile, now: Timestamp) {
        known.withLock { known in
            if known.count >= Self.most { known = [:] }
            known[row] = Known(status: file.status, time: now)
        }
    }
}
