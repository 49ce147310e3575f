import Archiver
import DailyArchive
import Files
import Recordings

/// The lines of a pass before its summary. Events that would give a line for every few kilobytes or every page are left
/// out.
package struct PassEventLine: Encodable {
    private let line: any Encodable & Sendable

    /// - Returns: `nil` for an event that has no line.
    package init?(_ event: PassEvent) {
        switch event {
        case .backfilling, .began, .step, .listed, .activitiesCompared, .due, .asked, .found, .received, .retrying,
            .providerPaused:
            return nil
        case .waiting(let obstruction): line = WaitingLine(waitsFor: obstruction == .backfill ? "backfill" : "pass")
        case .stored(let entry): line = StoredLine(entry)
        case .failed(let organization, let key, let reason, let attempts):
            line = ProblemLine(
                type: "failed",
                organization: organization.description,
                taskID: key.taskID,
                recordingID: key.recordingID,
                reason: reason,
                attempts: attempts
            )
        case .refused(let organization, let taskID, let reason):
            line = ProblemLine(
                type: "refused",
                organization: organization.description,
                taskID: taskID,
                reason: reason
            )
        case .listingAnomaly(let organization, let reason):
            line = ProblemLine(type: "listing_anomaly", organization: organization.description, reason: reason)
        case .pausedForSpace(let shortage, let minimum):
            line = SpaceLine(
                freeBytes: shortage.space.freeBytes,
                neededBytes: shortage.neededBytes,
                minimumFreeBytes: minimum
            )
        case .recovered(let name, let reason):
            line = ProblemLine(
                type: "recovered",
                organization: name.organization.description,
                archive: name.description,
                reason: reason
            )
        case .logBegun(let begun):
            line = LogBegunLine(organization: "\(begun.organization)", origin: begun.origin, key: begun.newKeyFile)
        case .adopted(let organization, let archives, let recordings):
            line = AdoptedLine(organization: "\(organization)", archives: archives, recordings: recordings)
        case .sealed(let day): line = SealedLine(day)
        case .placed(let name, let bytes): line = ArchiveMoveLine(type: "placed", name, bytes: bytes)
        case .evicted(let name): line = ArchiveMoveLine(type: "evicted", name)
        case .mediaTrouble(let host, let reason): line = MediaTroubleLine(host: host, reason: reason)
        case .paced(let host, let downloads, let configured, let reason):
            line = PacedLine(host: host, downloads: downloads, configured: configured, reason: reason)
        }
    }

    package func encode(to encoder: any Encoder) throws { try line.encode(to: encoder) }
}

/// An archive that the vault has, or that was removed from the disk for this reason.
private struct ArchiveMoveLine: Encodable, Sendable {
    let type: String
    var organization: String
    var archive: String
    var day: ArchiveDay
    var bytes: Int64?

    init(type: String, _ name: ArchiveName, bytes: Int64? = nil) {
        self.type = type
        organization = name.organization.description
        archive = name.description
        day = name.day
        self.bytes = bytes
    }
}

private struct StoredLine: Encodable, Sendable {
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

private struct WaitingLine: Encodable, Sendable {
    let type = "waiting"
    var waitsFor: String

    enum CodingKeys: String, CodingKey {
        case type
        case waitsFor = "waits_for"
    }
}

private struct ProblemLine: Encodable, Sendable {
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

private struct LogBegunLine: Encodable, Sendable {
    let type = "log_begun"
    var organization: String
    var origin: String
    /// The path of the key file, if the key was made now.
    var key: String?

    enum CodingKeys: String, CodingKey {
        case type, organization, origin
        case key = "key_file"
    }
}

private struct AdoptedLine: Encodable, Sendable {
    let type = "adopted"
    var organization: String
    var archives: Int
    var recordings: Int
}

private struct SpaceLine: Encodable, Sendable {
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

private struct PacedLine: Encodable, Sendable {
    let type = "paced"
    var host: String
    var downloads: Int
    var configured: Int
    var reason: String
}

private struct MediaTroubleLine: Encodable, Sendable {
    let type = "media_trouble"
    var host: String
    var reason: String
}

private struct SealedLine: Encodable, Sendable {
    let type = "sealed"
    var path: String
    var day: ArchiveDay
    var sequence: Int
    var recordings: Int
    var bytes: Int64
    var sha256: ContentDigest

    init(_ sealed: SealedArchiveSummary) {
        path = sealed.path
        day = sealed.name.day
        sequence = sealed.name.sequence
        recordings = sealed.recordings
        bytes = sealed.bytes
        sha256 = sealed.digest
    }
}
