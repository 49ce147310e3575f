import DailyArchive
import Files
import Manifest
import Recordings
import Settings

/// What a report says of an archive: an object in its day's line.
struct ArchiveStandingLine: Encodable {
    private var path: String
    private var sequence: Int
    private var state: ArchiveStanding.State
    private var reason: String?
    /// What is known against the file, so that it need not have `sha256` any more; absent if nothing is.
    private var fault: String?
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
        fault = standing.wrong
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
        for (name, count) in replacements {
            parts.append(state == .sound ? "\(count) superseded by \(name)" : "\(count) count in \(name)")
        }
        parts.append("\(archive.byteCount) bytes")
        parts.append("sha256 \(archive.digest)" + (wrong.map { " (as sealed; \($0))" } ?? ""))
        let remark = state == .sound ? "" : "  \(state.rawValue.uppercased())"
        return VisibleText.escaped("\(archive.name)  \(parts.joined(separator: ", "))\(remark)")
    }

    /// What is known against its file; `nil` if nothing is.
    var wrong: String? {
        guard state != .sound else { return nil }
        return reason ?? "the file is damaged"
    }

    /// The archives whose copies count in place of those here, and how many do.
    private var replacements: [(name: ArchiveName, count: Int)] {
        let copies = displaced.compactMap(\.counting?.archive)
        return Dictionary(grouping: copies, by: \.self).map { ($0.key, $0.value.count) }.sorted { $0.0 < $1.0 }
    }

    /// What is known against its file, and where what it has lost is.
    var remark: String? {
        guard let wrong else { return nil }
        return ([wrong] + replacements.map { "\($0.count) count in \($0.name)" }).joined(separator: "; ")
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
}
