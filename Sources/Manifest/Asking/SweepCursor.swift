/// Where a sweep stands. Sweeps go by the order in which tasks became known, which nothing that is noted of a task
/// changes. So they meet each task at most once, and all that becomes known while they go on comes after.
package struct SweepCursor: Hashable, Sendable {
    var task: Int64

    static let beginning = SweepCursor(task: 0)
}
