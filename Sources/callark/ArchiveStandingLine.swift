import DailyArchive
import Manifest
import Recordings
import Settings

/// What a report says of an archive: an object in its day's line.
struct ArchiveStandingLine: Encodable {
    private var path: String
    private var sequence: Int
    private var state: ArchiveStanding.State
    private var reason: String?
    private var recordings: Int
    /// Of them, those that count here and are whole as far as is known.
    private var counting: Int
    private var damaged: Int
    /// Those whose copy here does not count.
    private var displaced: [Displaced]
    /// As it was sealed.
    private var bytes: Int64
    private var sha256: ContentDigest

    init(_ standing: ArchiveStanding, root: ArchiveRoot) {
        let row = standing.archive
        path = root.archivePath(row.name)
        sequence = row.name.sequence
        state = standing.state
        reason = standing.reason
        recordings = row.recordings
        counting = standing.counting
        damaged = standing.damaged
        displaced = standing.displaced.map(Displaced.init)
        bytes = row.byteCount
        sha256 = row.digest
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
    /// For people. The checksum is the one that was sealed, whatever the file is now.
    var line: String {
        var parts = [Readable.count(archive.recordings, "recording")]
        if counting < archive.recordings { parts.append("\(counting) of them count here") }
        if damaged > 0 { parts.append("\(damaged) damaged") }
        parts.append("\(archive.byteCount) bytes")
        parts.append("\(state == .sound ? "" : "sealed with ")sha256 \(archive.digest)")
        let why = reason.map { ": \($0)" } ?? ""
        let remark = state == .sound ? "" : "  \(state.rawValue.uppercased())\(why)"
        return VisibleText.escaped("\(archive.name)  \(parts.joined(separator: ", "))\(remark)")
    }

    /// For spreadsheets.
    var fields: [String: String] {
        [
            "type": "archive", "organization": archive.name.organization.description,
            "day": archive.name.day.description, "state": state.rawValue, "archived": "\(counting)",
            "damaged": "\(damaged)", "bytes": "\(archive.byteCount)", "archive": archive.name.description,
            "sha256": archive.digest.description, "detail": reason ?? "",
        ]
    }
}

extension DisplacedCopy {
    /// For people.
    var line: String {
        let what = reason == .damaged ? "damaged" : "a duplicate"
        let instead =
            counting.map { "the one in \($0.archive) counts" } ?? (isExplained ? "lost, and explained" : "none counts")
        return VisibleText.escaped("task \(key.taskID), \(file) at offset \(offset): \(what); \(instead)")
    }

    /// For spreadsheets.
    var fields: [String: String] {
        [
            "type": "displaced", "organization": archive.organization.description, "day": archive.day.description,
            "bytes": "\(byteCount)", "archive": archive.description, "sha256": digest.description,
            "task_id": key.taskID.description, "recording_id": key.recordingID.description, "reason": reason.rawValue,
            "replaced_by": counting?.archive.description ?? "",
        ]
    }
}
