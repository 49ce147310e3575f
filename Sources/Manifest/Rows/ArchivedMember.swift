import Recordings

/// Where a copy of a recording is in an archive. `verify` compares the archive's bytes with it.
package struct ArchivedMember: Hashable, Sendable {
    package var taskID: TaskID
    package var file: FileName
    package var offset: Int64
    package var byteCount: Int64
    package var digest: ContentDigest
    /// Whether this copy is the one that counts.
    package var isCounting = true
    /// The archive whose copy counts instead of this one; `nil` if none does, or that copy was found damaged too.
    package var replacedBy: ArchiveName?
    /// Whether no copy counts, and an operator has explained that the recording is lost.
    package var isExplained = false
}
