import Manifest
import Recordings

/// `{"type":"suspect", …}`: a recording that is held and suspect.
package struct SuspectLine: Encodable {
    let type = "suspect"
    private let row: SuspectRow

    package init(_ row: SuspectRow) {
        self.row = row
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, day, file, reason, acknowledgement, looks
        case taskID = "task_id"
        case recordingID = "recording_id"
        case nextLook = "next_look_time"
    }

    package func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(type, forKey: .type)
        try line.encode(row.suspect.taskID, forKey: .taskID)
        try line.encode(row.suspect.recordingID, forKey: .recordingID)
        try line.encode(row.organization, forKey: .organization)
        try line.encode(row.day, forKey: .day)
        try line.encode(row.suspect.file, forKey: .file)
        try line.encode(row.suspect.reason, forKey: .reason)
        try line.encode(row.looks, forKey: .looks)
        try line.encodeIfPresent(row.nextLook?.description, forKey: .nextLook)
        try line.encodeIfPresent(row.suspect.acknowledgement.map(AcknowledgementFields.init), forKey: .acknowledgement)
    }

    private struct AcknowledgementFields: Encodable {
        var note: String
        var author: String
        var authorUID: UInt32
        var time: String

        init(_ acknowledgement: Acknowledgement) {
            note = acknowledgement.note
            author = acknowledgement.author
            authorUID = acknowledgement.authorUID
            time = acknowledgement.time.description
        }

        enum CodingKeys: String, CodingKey {
            case note, author, time
            case authorUID = "author_uid"
        }
    }
}
