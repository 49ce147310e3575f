import Recordings

/// A task with everything that is known of it: a call, whether or not anything of it was recorded.
package struct CallRow: Hashable, Sendable {
    package var organization: OrganizationName
    package var taskID: TaskID
    package var day: ArchiveDay
    package var createdTime: Timestamp
    package var status: TaskStatus
    package var captureRequest: CaptureRequest
    /// What is known of the call; `nil` if nothing was read of that yet.
    package var call: KnownCall?
    package var state: CallState
    /// All that is known, in the order of their names.
    package var recordings: [RecordingRow]
    /// What is missing of it: what it has no recording of, and its failed recordings.
    package var gaps: [Gap]
    /// Of these recordings and of the gap without a recording, those that the filter lets through.
    package var rows: [ListRow]

    /// What is missing beside its failed recordings, which have rows of their own.
    package var gap: Gap? { gaps.first { $0.recording == nil } }
}
