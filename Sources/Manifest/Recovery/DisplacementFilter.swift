import Recordings

/// Which copies of recordings to return; `nil` excludes nothing.
package struct DisplacementFilter: Hashable, Sendable {
    package var organization: OrganizationName?
    package var day: ArchiveDay?
    package var archive: ArchiveName?
    package var reason: DisplacedCopy.Reason?
    package var recording: RecordingRowID?
    /// Only copies of recordings of which no copy counts.
    package var isUnheld: Bool
    /// Only copies in open archives.
    package var isOpen: Bool

    package init(
        organization: OrganizationName? = nil,
        day: ArchiveDay? = nil,
        archive: ArchiveName? = nil,
        reason: DisplacedCopy.Reason? = nil,
        recording: RecordingRowID? = nil,
        isUnheld: Bool = false,
        isOpen: Bool = false
    ) {
        self.organization = organization
        self.day = day
        self.archive = archive
        self.reason = reason
        self.recording = recording
        self.isUnheld = isUnheld
        self.isOpen = isOpen
    }
}
