import Manifest
import Recordings

/// `{"type":"task", …}`: what is known about a task, for a person who investigates its history.
package struct TaskLine: Encodable {
    let type = "task"
    var taskID: TaskID
    var organization: OrganizationName
    var day: ArchiveDay
    var createdTime: String
    var status: String
    var captureRequest: CaptureRequest
    var listed: Bool
    var nextAskTime: String?

    package init(_ row: TaskRow) {
        taskID = row.id
        organization = row.organization
        day = row.day
        createdTime = row.createdTime.description
        status = row.status.description
        captureRequest = row.captureRequest
        listed = row.isListed
        nextAskTime = row.nextAskTime?.description
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, day, status, listed
        case taskID = "task_id"
        case createdTime = "created_time"
        case captureRequest = "capture_request"
        case nextAskTime = "next_ask_time"
    }
}
