import DailyArchive
import Files
import Manifest
import Recordings

/// What a report says about an archive: an object in its day's line.
package struct ArchiveStandingLine: Encodable {
    private var path: String
    private var sequence: Int
    private var state: ArchiveStanding.State
    private var reason: String?
    /// What is known to be wrong with the file, which therefore need not have `sha256` any more; absent if nothing is.
    private var fault: String?
    private var recordings: Int
    /// How many of them count here and are intact as far as is known.
    private var counting: Int
    private var damaged: Int
    /// Recordings whose copy here does not count.
    private var displaced: [Displaced]
    /// The size when it was sealed.
    private var bytes: Int64
    private var sha256: ContentDigest
    /// Where it is kept: `disk`, `vault`.
    private var copies: [String]
    /// Until when the vault's store lets nobody delete it; absent if it is not there, or not locked.
    private var retainedUntil: String?
    /// When all of its bytes were last read; absent if they were not since it was sealed.
    private var readTime: String?

    private enum CodingKeys: String, CodingKey {
        case path, sequence, state, reason, fault, recordings, counting, damaged, displaced, bytes, sha256, copies
        case retainedUntil = "retained_until"
        case readTime = "read_time"
    }

    package init(_ standing: ArchiveStanding, root: ArchiveRoot) {
        let row = standing.archive
        path = root.archivePath(row.name)
        sequence = row.name.sequence
        state = standing.state
        reason = standing.reason
        fault = standing.wrong
        recordings = row.recordings
        counting = standing.counting
        damaged = standing.damaged
        displaced = standing.displaced.map(Displaced.init)
        bytes = row.byteCount
        sha256 = row.digest
        copies = standing.copies.names
        retainedUntil = row.vault?.confirmed?.retainedUntil?.description
        readTime = standing.readTime?.description
    }

    private struct Displaced: Encodable {
        var taskID: TaskID
        var recordingID: RecordingID
        var file: String
        var offset: Int64
        var bytes: Int64
        var sha256: ContentDigest
        var reason: String
        var replacedBy: String?
        var explained: Bool

        enum CodingKeys: String, CodingKey {
            case file, offset, bytes, sha256, reason, explained
            case taskID = "task_id"
            case recordingID = "recording_id"
            case replacedBy = "replaced_by"
        }

        init(_ copy: DisplacedCopy) {
            taskID = copy.key.taskID
            recordingID = copy.key.recordingID
            file = copy.file.description
            offset = copy.offset
            bytes = copy.byteCount
            sha256 = copy.digest
            reason = copy.reason.rawValue
            replacedBy = copy.counting?.archive.description
            explained = copy.isExplained
        }
    }
}

extension ArchiveStanding {
    /// What is known to be wrong with its file; `nil` if nothing is.
    package var wrong: String? {
        guard state != .sound else { return nil }
        return reason ?? "the file is damaged"
    }
}
