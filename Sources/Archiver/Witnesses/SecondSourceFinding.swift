/// What comparing the listing of tasks with agents' activities came to.
package struct SecondSourceFinding: Hashable, Sendable {
    /// How many activities were looked at.
    package var activities = 0
    /// Tasks that agents were busy with and that the listing does not have.
    package var tasksNotListed = 0
    /// Why nothing could be compared; `nil` where it was.
    package var absence: String?

    package init() {}
}
