import Recordings

/// Where the evidence log has the entry of a recording.
package struct RecordingLeaf: Hashable, Sendable {
    package var taskID: TaskID
    /// The recording's path in the bag of its archive, as the entry has it.
    package var path: String
    /// The number of the entry.
    package var leaf: Int64

    /// Sets every property.
    package init(taskID: TaskID, path: String, leaf: Int64) {
        self.taskID = taskID
        self.path = path
        self.leaf = leaf
    }
}

extension RecordingLeaf: CustomStringConvertible {
    package var description: String { "\(path): entry \(leaf)" }
}
