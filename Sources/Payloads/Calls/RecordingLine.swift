import DailyArchive
import Files
import Manifest
import Recordings

/// `{"type":"recording", …}` of the interface. Every line has every field; unknown values are `null`.
package struct RecordingLine: Encodable {
    private let row: RecordingRow
    private let archivePath: String?

    /// - Parameter root: the root, for the path of the recording's archive, open or sealed.
    package init(_ row: RecordingRow, root: ArchiveRoot) {
        self.row = row
        archivePath = row.held.map { root.path(of: $0.location) }
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, day, segment, state, bytes, sha256, archive, offset, attempts, reason, kind, file,
            audio, copies
        case taskID = "task_id"
        case recordingID = "recording_id"
        case callType = "call_type"
        case startTime = "start_time"
        case suspicion = "suspect"
        case reasonCode = "reason_code"
    }

    package func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode("recording", forKey: .type)
        try line.encode(row.key.taskID, forKey: .taskID)
        try line.encode(row.key.recordingID, forKey: .recordingID)
        try line.encode(row.organization.description, forKey: .organization)
        try line.encode(row.day, forKey: .day)
        try line.encode(row.key.kind, forKey: .kind)
        try line.encode(row.key.callType, forKey: .callType)
        try line.encode(row.key.isSegment, forKey: .segment)
        try line.encode(row.key.startTime?.description, forKey: .startTime)
        try line.encode(row.state, forKey: .state)
        try line.encode(row.held?.byteCount, forKey: .bytes)
        try line.encode(row.held?.digest, forKey: .sha256)
        try line.encode(archivePath, forKey: .archive)
        try line.encode(row.held?.copies.names ?? [], forKey: .copies)
        try line.encode(row.held?.offset, forKey: .offset)
        try line.encode(row.file.description, forKey: .file)
        try line.encode(row.attempts, forKey: .attempts)
        try line.encode(row.reason, forKey: .reason)
        try line.encode(row.failureCode, forKey: .reasonCode)
        try line.encode(row.held?.suspicion, forKey: .suspicion)
        try line.encode(row.held?.audio, forKey: .audio)
        try CallFields(row.call, unknownAsNull: true).encode(to: encoder)
    }
}
