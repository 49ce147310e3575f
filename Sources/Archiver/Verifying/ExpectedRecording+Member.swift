import DailyArchive
import Manifest
import Recordings

extension ExpectedRecording {
    /// What the manifest knows about a recording in an archive.
    init(_ member: ArchivedMember) {
        self.init(
            taskID: member.taskID,
            file: member.file,
            offset: member.offset,
            byteCount: member.byteCount,
            digest: member.digest,
            replacedBy: member.replacedBy,
            isExplained: member.isExplained
        )
    }
}
