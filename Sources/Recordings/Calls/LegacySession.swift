/// The legacy 1.0 session record of the contact that a task is, kept next to the day's archives.
package struct LegacySession: Hashable, Sendable {
    package let organization: OrganizationName
    /// The day of its task.
    package let day: ArchiveDay
    /// The contact session's identifier, which is the task's.
    package let taskID: TaskID
    /// When the provider gave it.
    package let answeredTime: Timestamp
    /// The provider's own record.
    package let json: ProviderJSON

    package init(
        organization: OrganizationName,
        day: ArchiveDay,
        taskID: TaskID,
        answeredTime: Timestamp,
        json: ProviderJSON
    ) {
        self.organization = organization
        self.day = day
        self.taskID = taskID
        self.answeredTime = answeredTime
        self.json = json
    }
}
