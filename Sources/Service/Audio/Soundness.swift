import Files
import Recordings
import Synchronization
import Manifest

/// Which recordings were read and compared with their checksums a short while ago, so that not every part of one that is
/// asked for has all of it read again.
final class Soundness: Sendable {
    /// What was read so long ago is read again.
    private static let lifetime = Duration.seconds(3600)
    private static let most = 5000

    private struct Known {
        var status: FileStatus
        var time: Timestamp
    }

    private let known = Mutex<[RecordingRowID: Known]>([:])

    /// Whether a recording was found sound in this very state of its archive's file.
    func isKnown(_ row: RecordingRowID, _ file: HeldFile, now: Timestamp) -> Bool {
        known.withLock { known in
            guard let found = known[row], now >= found.time, now - found.time < Self.lifetime else { return false }
            // An open archive grows; what it has stays.
            guard file.held.isSealed else { return found.status.isSameFile(as: file.status) }
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
