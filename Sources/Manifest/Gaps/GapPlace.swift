import Recordings

/// The place of a gap among all gaps: by organization, by creation, and within a task by the recording. No two have the same.
package struct GapPlace: Hashable, Sendable, Comparable {
    package var organization: OrganizationName
    package var createdTime: Timestamp
    package var task: TaskID
    /// Empty if no recording is known by name.
    package var recording: String

    /// Sets every property.
    package init(organization: OrganizationName, createdTime: Timestamp, task: TaskID, recording: String) {
        self.organization = organization
        self.createdTime = createdTime
        self.task = task
        self.recording = recording
    }

    /// The place of a gap.
    package init(_ gap: Gap) {
        self.init(
            organization: gap.organization,
            createdTime: gap.createdTime,
            task: gap.taskID,
            recording: gap.recording.map { "\(FileName.of($0, distinguisher: 0)) \($0)" } ?? ""
        )
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.organization, lhs.createdTime, lhs.task, lhs.recording)
            < (rhs.organization, rhs.createdTime, rhs.task, rhs.recording)
    }
}
