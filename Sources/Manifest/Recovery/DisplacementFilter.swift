import Recordings

/// Which copies of recordings a question is about; what is `nil` excludes nothing.
package struct DisplacementFilter: Hashable, Sendable {
    package var organization: OrganizationName?
    package var day: ArchiveDay?
    package var archive: ArchiveName?
    package var reason: DisplacedCopy.Reason?
    /// Only copies of recordings of which no copy counts.
    package var isUnheld: Bool

    package init(
        organization: OrganizationName? = nil,
        day: ArchiveDay? = nil,
        archive: ArchiveName? = nil,
        reason: DisplacedCopy.Reason? = nil,
        isUnheld: Bool = false
    ) {
        self.organization = organization
        self.day = day
        self.archive = archive
        self.reason = reason
        self.isUnheld = isUnheld
    }
}
