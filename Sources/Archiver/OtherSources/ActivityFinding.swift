/// The result of comparing the task listing with the agents' activities.
package struct ActivityFinding: Hashable, Sendable {
    /// How many activities were read.
    package var activities = 0
    /// Tasks that agents worked on and that the listing does not have.
    package var tasksNotListed = 0
    /// Why nothing could be compared; `nil` if it was.
    package var absence: String?

    package init() {}
}
