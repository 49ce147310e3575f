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
    /// Whether it came by the provider's listing; otherwise it was asked for by its ID.
    package var isListed: Bool
    /// How many times its captures were asked for; `nil` once it is settled.
    package var asks: Int?
    /// When its captures are asked for next; `nil` where no more.
    package var nextAskTime: Timestamp?
    /// Why the provider refused the last question, where it did, or why not all that its answer listed can be had.
    package var refusal: String?
}
