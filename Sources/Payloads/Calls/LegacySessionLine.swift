import DailyArchive
import Recordings

/// `{"type":"legacy_session", …}`: where a task's legacy session is.
package struct LegacySessionLine: Encodable {
    let type = "legacy_session"
    private let organization: String
    private let day: ArchiveDay
    private let taskID: TaskID
    private let file: String
    private let line: Int
    private let answeredTime: String

    package init(_ place: LegacySessionFile.Place) {
        organization = place.session.organization.description
        day = place.session.day
        taskID = place.session.taskID
        file = place.path
        line = place.line
        answeredTime = place.session.answeredTime.description
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, day, file, line
        case taskID = "task_id"
        case answeredTime = "answered_time"
    }
}
