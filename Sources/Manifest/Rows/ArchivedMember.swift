import Recordings

/// Where a copy of a recording stands in an archive: what `verify` holds the bytes against.
package struct ArchivedMember: Hashable, Sendable {
    package var taskID: TaskID
    package var file: FileName
    package var offset: Int64
    package var byteCount: Int64
    package var digest: ContentDigest
    /// Whether this copy is the one that counts.
    package var isCounting = true
    /// The archive whose copy counts in place of this one; `nil` if none does, or a reading found that one damaged too.
    package var replacedBy: ArchiveName?
    /// Whether this copy does not count, none does, and an operator has explained that the recording is lost.
    package var isExplained = false
}
