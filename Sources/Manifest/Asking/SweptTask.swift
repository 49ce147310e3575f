import Recordings

/// A task whose captures are to be asked for now.
package struct SweptTask: Hashable, Sendable {
    package var id: TaskID
    /// From where a sweep goes on after this task.
    package var cursor: SweepCursor
}
