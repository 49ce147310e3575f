import Archiver
import DailyArchive
import Files
import Recordings

/// The lines that `archive --json` prints before its summary. What would be a line for every few kilobytes, or one for
/// every page, is left out.
extension Output {
    func json(_ event: PassEvent) throws {
        switch event {
        case .backfilling, .began, .step, .listed, .crossChecked, .due, .asked, .found, .received, .retrying,
            .providerPaused:
            break
        case .waiting(let precedence): try json(WaitingLine(waitsFor: precedence == .usual ? "backfill" : "pass"))
        case .stored(let entry): try json(StoredLine(entry))
        case .failed(let organization, let key, let reason, let attempts):
            try json(
                ProblemLine(
                    type: "failed",
                    organization: organization.description,
                    taskID: key.taskID,
                    recordingID: key.recordingID,
                    reason: reason,
                    attempts: attempts
                )
            )
        case .refused(let organization, let taskID, let reason):
            try json(
                ProblemLine(type: "refused", organization: organization.description, taskID: taskID, reason: reason)
            )
        case .listingAnomaly(let organization, let reason):
            try json(ProblemLine(type: "listing_anomaly", organization: organization.description, reason: reason))
        case .pausedForSpace(let shortage, let minimum):
            try json(
                SpaceLine(
                    freeBytes: shortage.space.freeBytes,
                    neededBytes: shortage.neededBytes,
                    minimumFreeBytes: minimum
                )
            )
        case .recovered(let name, let reason):
            try json(
                ProblemLine(
                    type: "recovered",
                    organization: name.organization.description,
                    archive: name.description,
                    reason: reason
                )
            )
        case .sealed(let day): try json(SealedLine(day))
        case .mediaTrouble(let host, let reason): try json(MediaTroubleLine(host: host, reason: reason))
        case .paced(let host, let downloads, let configured, let reason):
            try json(PacedLine(host: host, downloads: downloads, configured: configured, reason: reason))
        }
    }
}

private struct StoredLine: Encodable {
    let type = "stored"
    var organization: String
    var taskID: TaskID
    var recordingID: RecordingID
    var day: ArchiveDay
    var bytes: Int64
    var sha256: ContentDigest

    init(_ entry: RecordingEntry) {
        organization = entry.organization.description
        taskID = entry.key.taskID
        recordingID = entry.key.recordingID
        day = entry.day
        bytes = entry.stored.byteCount
        sha256 = entry.stored.digest
    }

    enum CodingKeys: String, CodingKey {
        case type, organization, day, bytes, sha256
        case taskID = "task_id"
        case recordingID = "recording_id"
    }
}

private struct WaitingLine: Encodable {
    let type = "waiting"
    var waitsFor: String

    enum CodingKeys: String, CodingKey {
        case type
        case waitsFor = "waits_for"
    }
}

private struct ProblemLine: Encodable {
    var type: String
    var organization: String
    var taskID: TaskID?
    var recordingID: RecordingID?
    var archive: String?
    var reason: String
    var attempts: Int?

    enum CodingKeys: String, CodingKey {
        case type, organization, archive, reason, attempts
        case taskID = "task_id"
        case recordingID = "recording_id"
    }
}

private struct SpaceLine: Encodable {
    let type = "paused_for_space"
    var freeBytes: Int64
    var neededBytes: Int64?
    var minimumFreeBytes: Int64

    enum CodingKeys: String, CodingKey {
        case type
        case freeBytes = "free_bytes"
        case neededBytes = "needed_bytes"
        case minimumFreeBytes = "minimum_free_bytes"
    }
}

private struct PacedLine: Encodable {
    let type = "paced"
    var host: String
    var downloads: Int
    var configured: Int
    var reason: String
}

private struct MediaTroubleLine: Encodable {
    let type = "media_trouble"
    var host: String
    var reason: String
}

private struct SealedLine: Encodable {
    let type = "sealed"
    var path: String
    var day: ArchiveDay
    var sequence: Int
    var recordings: Int
    var bytes: Int64
    var sha256: ContentDigest

    init(_ sealed: SealedDay) {
        path = sealed.path
        day = sealed.name.day
        sequence = sealed.name.sequence
        recordings = sealed.recordings
        bytes = sealed.bytes
        sha256 = sealed.digest
    }
}
