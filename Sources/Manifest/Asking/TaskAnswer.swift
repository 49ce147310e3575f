import Recordings

/// What the provider answered about one task.
package enum TaskAnswer: Hashable, Sendable {
    /// - Parameters:
    ///   - unusable: what else the provider lists, without a way to its bytes, one line each.
    ///   - trackingID: the provider's ID of its answer.
    case capture(Capture, unusable: [String] = [], trackingID: String? = nil)
    /// The provider refuses the question about this task, but not about others.
    case refused(TaskID, reason: String, trackingID: String? = nil)

    package var taskID: TaskID {
        switch self {
        case .capture(let capture, _, _): capture.taskID
        case .refused(let task, _, _): task
        }
    }
}
