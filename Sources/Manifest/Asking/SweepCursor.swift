/// How far a sweep is. A sweep reads tasks in the order in which they became known, and no change to a task changes
/// that order. So it meets each task at most once, and tasks that become known meanwhile come later.
package struct SweepCursor: Hashable, Sendable {
    var task: Int64

    static let beginning = SweepCursor(task: 0)
}
