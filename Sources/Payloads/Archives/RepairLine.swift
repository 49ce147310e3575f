import Archiver
import Recordings

/// `{"type":"repair", …}`: the outcome for one damaged recording.
package struct RepairLine: Encodable {
    let type = "repair"
    var organization: String
    var taskID: TaskID
    var recordingID: RecordingID
    var archive: String
    var offset: Int64
    var repaired: Bool
    var repairedBy: String?
    /// Whether it was intact, and was copied out of an archive that is damaged in itself.
    var copied: Bool
    var explained: Bool
    var state: RecordingState
    var reason: String?

    package init(_ outcome: Repair.Outcome) {
        organization = outcome.organization.description
        taskID = outcome.taskID
        recordingID = outcome.recordingID
        archive = outcome.archive.description
        offset = outcome.offset
        repaired = outcome.repairedBy != nil
        repairedBy = outcome.repairedBy?.description
        copied = outcome.isCopied
        explained = outcome.isExplained
        state = outcome.state
        reason = outcome.reason
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, archive, offset, repaired, copied, explained, state, reason
        case taskID = "task_id"
        case recordingID = "recording_id"
        case repairedBy = "repaired_by"
    }
}
