import Recordings

/// A page of calls, newest first, and where the next page begins.
package struct CallPage: Sendable {
    package var calls: [CallRow]
    /// Where the next page begins; `nil` after the last one.
    package var next: CallCursor?
}

/// A position in the list of calls. Calls are sorted by creation time, newest first. Calls of the same time are sorted by
/// organization, and then by ID in descending order. The next page begins after this position, even if calls were added
/// meanwhile.
package struct CallCursor: Hashable, Sendable {
    package var createdTime: Timestamp
    package var organization: OrganizationName
    package var task: TaskID

    package init(createdTime: Timestamp, organization: OrganizationName, task: TaskID) {
        self.createdTime = createdTime
        self.organization = organization
        self.task = task
    }

    init(_ call: CallRow) {
        self.init(createdTime: call.createdTime, organization: call.organization, task: call.taskID)
    }

    /// Whether this position comes before `other`, which must be of another organization. Within one organization, SQLite
    /// sorts the calls.
    func isBefore(_ other: CallCursor) -> Bool {
        (other.createdTime, organization) < (createdTime, other.organization)
    }
}
