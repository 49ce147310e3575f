import Recordings

/// A task as the manifest knows it.
package struct TaskRow: Hashable, Sendable {
    package var organization: OrganizationName
    package var id: TaskID
    package var createdTime: Timestamp
    package var day: ArchiveDay
    package var channelType: String
    package var status: TaskStatus
    package var captureRequest: CaptureRequest
    /// Whether the task list had it, or the second source named it; otherwise someone asked for it by its ID.
    package var isListed: Bool
    /// How often its captures were asked for; `nil` once the task is settled.
    package var asks: Int?
    /// When its captures are asked for next; `nil` if they are not asked for any more.
    package var nextAskTime: Timestamp?
    /// Why the provider refused the last question, if it did, or why not everything that its answer listed is
    /// available.
    package var refusal: String?
}
