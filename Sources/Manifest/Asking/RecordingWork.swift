import Recordings

/// A recording whose bytes are wanted, with everything that is needed to download and keep it.
package struct RecordingWork: Hashable, Sendable {
    package var row: RecordingRowID
    package var organization: OrganizationName
    package var day: ArchiveDay
    /// As the provider described it in this answer, with its URL.
    package var captured: CapturedRecording
    /// Its name in the folder of its task.
    package var file: FileName
    /// How many downloads of it were started before.
    package var attempts: Int
    /// The task as the provider listed it; `nil` if it was never listed, or its day has been sealed since.
    package var taskJSON: ProviderJSON?
    /// The task as Search shows it; `nil` if that is not known, or its day has been sealed since.
    package var searchJSON: ProviderJSON?
    /// The copy that it replaces; `nil` if no archive has one.
    package var replaced: ReplacedCopy?
    /// Set if the recording is suspect and held, and only checked again; `nil` if its bytes are wanted.
    package var look: SuspectLook?
}
