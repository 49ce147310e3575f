import Recordings

/// A recording whose bytes are wanted, and all that it takes to get and to keep them.
package struct RecordingWork: Hashable, Sendable {
    package var row: RecordingRowID
    package var organization: OrganizationName
    package var day: ArchiveDay
    /// As the provider described it in this answer, with its URL.
    package var captured: CapturedRecording
    /// The name that it has in its task's folder.
    package var file: FileName
    /// How many downloads were begun for it before.
    package var attempts: Int
    /// The task as the provider listed it; `nil` where it was never listed, or its day has been sealed since.
    package var taskJSON: ProviderJSON?
    /// The task as Search shows it; `nil` where that is not known, or its day has been sealed since.
    package var searchJSON: ProviderJSON?
    /// The damaged copy that it takes the place of; `nil` where its bytes were never held.
    package var replaced: ReplacedCopy?
    /// For a suspect recording that is held, and only looked at again; `nil` for one whose bytes are wanted.
    package var look: SuspectLook?
}
