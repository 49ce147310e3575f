import DailyArchive
import Recordings

/// `{"type":"fault", …}`, `"warning"`, `"repaired"` or `"explained"`: something wrong in an archive, and whether it
/// still counts.
package struct ArchiveFaultLine: Encodable {
    var type: String
    var kind: String
    var archive: String
    var taskID: TaskID?
    var member: String?
    var offset: Int64?
    var message: String
    var repairedBy: String?

    package init(_ fault: ArchiveFault) {
        type = fault.word
        kind = fault.kind.rawValue
        archive = fault.archive
        taskID = fault.taskID
        member = fault.member
        offset = fault.offset
        message = fault.message
        repairedBy = fault.repairedBy?.description
    }

    private enum CodingKeys: String, CodingKey {
        case type, kind, archive, member, offset, message
        case taskID = "task_id"
        case repairedBy = "repaired_by"
    }
}

extension ArchiveFault {
    /// The type of the line: `repaired` if another archive makes up for the fault, `explained` if its loss was
    /// explained.
    package var word: String {
        isWarning ? "warning" : repairedBy != nil ? "repaired" : isExplained ? "explained" : "fault"
    }
}
