import Recordings

/// A task whose captures have to be asked for now.
package struct SweptTask: Hashable, Sendable {
    package var id: TaskID
    /// Where a sweep continues after this task.
    package var cursor: SweepCursor
}
