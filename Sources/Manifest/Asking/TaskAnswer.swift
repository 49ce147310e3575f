import Recordings

/// What the provider answered about one task.
package enum TaskAnswer: Hashable, Sendable {
    /// - Parameters:
    ///   - unusable: what the provider lists besides in a way that gives no way to its bytes, a line each.
    ///   - trackingID: the provider's name for its answer.
    case capture(Capture, unusable: [String] = [], trackingID: String? = nil)
    /// The provider refuses the question about this task, and about no other.
    case refused(TaskID, reason: String, trackingID: String? = nil)

    package var taskID: TaskID {
        switch self {
        case .capture(let capture, _, _): capture.taskID
        case .refused(let task, _, _): task
        }
    }
}
