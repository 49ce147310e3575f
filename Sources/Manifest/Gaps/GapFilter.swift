import Recordings

/// Which gaps are meant; what is `nil` excludes nothing.
package struct GapFilter: Hashable, Sendable {
    package var organization: OrganizationName
    package var task: TaskID?
    package var day: ArchiveDay?
    /// By the time of the task's creation.
    package var window: Range<Timestamp>?
    package var reason: GapReason?
    /// Only those that an operator has explained, or only those that nobody has.
    package var isExplained: Bool?
    /// Also recordings that are damaged and can still be repaired, of which there may be as many as were ever archived.
    package var includesDamaged: Bool

    package init(
        organization: OrganizationName,
        task: TaskID? = nil,
        day: ArchiveDay? = nil,
        window: Range<Timestamp>? = nil,
        reason: GapReason? = nil,
        isExplained: Bool? = nil,
        includesDamaged: Bool = true
    ) {
        self.organization = organization
        self.task = task
        self.day = day
        self.window = window
        self.reason = reason
        self.isExplained = isExplained
        self.includesDamaged = includesDamaged
    }
}

extension GapFilter {
    /// Whether a gap of the tasks that are meant is meant too.
    func admits(_ gap: Gap) -> Bool {
        (reason == nil || gap.reason == reason) && (isExplained == nil || (gap.explanation != nil) == isExplained)
    }
}
