import Recordings

/// What the manifest says about one recording in an archive.
package struct ExpectedRecording: Sendable, Hashable {
    package var taskID: TaskID
    package var file: FileName
    package var offset: Int64
    package var byteCount: Int64
    package var digest: ContentDigest
    /// The archive whose copy counts instead of this one; `nil` if this one counts.
    package var replacedBy: ArchiveName?
    /// Whether no copy counts, and an operator has explained that the recording is lost.
    package var isExplained: Bool

    package init(
        taskID: TaskID,
        file: FileName,
        offset: Int64,
        byteCount: Int64,
        digest: ContentDigest,
        replacedBy: ArchiveName? = nil,
        isExplained: Bool = false
    ) {
        self.taskID = taskID
        self.file = file
        self.offset = offset
        self.byteCount = byteCount
        self.digest = digest
        self.replacedBy = replacedBy
        self.isExplained = isExplained
    }

    var payloadPath: String { PayloadPath.of(taskID, file) }
}
