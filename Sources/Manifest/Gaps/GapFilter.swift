import Recordings

/// Which gaps to return; `nil` excludes nothing.
package struct GapFilter: Hashable, Sendable {
    package var organization: OrganizationName
    package var task: TaskID?
    package var day: ArchiveDay?
    /// By the time at which the task was created.
    package var window: Range<Timestamp>?
    package var reason: GapReason?
    /// If `true`, only gaps that are explained; if `false`, only gaps that are not.
    package var isExplained: Bool?
    /// Whether to include damaged recordings that can still be repaired. There can be as many as were ever archived.
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
    /// Whether a gap of the selected tasks passes the filter.
    func admits(_ gap: Gap) -> Bool {
        (reason == nil || gap.reason == reason) && (isExplained == nil || (gap.explanation != nil) == isExplained)
    }
}
