import Recordings

/// Some calls, newest first, and where to go on.
package struct CallPage: Sendable {
    package var calls: [CallRow]
    /// Where the next page begins; `nil` after the last one.
    package var next: CallCursor?
}

/// A place in the order of calls: by creation, the newest first; of calls of one moment, by organization, then by ID,
/// backwards. The next page begins behind it, whatever has been added meanwhile.
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

    /// Whether it comes before `other`, if both are of different organizations. Within one, SQLite's order counts.
    func isBefore(_ other: CallCursor) -> Bool {
        (other.createdTime, organization) < (createdTime, other.organization)
    }
}
