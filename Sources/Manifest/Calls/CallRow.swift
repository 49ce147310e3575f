import Recordings

/// A task with everything that is known about it: a call, whether or not anything of it was recorded.
package struct CallRow: Hashable, Sendable {
    package var organization: OrganizationName
    package var taskID: TaskID
    package var day: ArchiveDay
    package var createdTime: Timestamp
    package var status: TaskStatus
    package var captureRequest: CaptureRequest
    /// What is known about the call; `nil` if nothing is known yet.
    package var call: KnownCall?
    package var state: CallState
    /// All that are known, in the order of their names.
    package var recordings: [RecordingRow]
    /// What the task lacks: a recording that it should have, and its failed recordings.
    package var gaps: [Gap]
    /// The recordings, and the gap without a recording, that pass the filter.
    package var rows: [ListRow]

    /// What the task lacks, other than its failed recordings, which have rows of their own.
    package var gap: Gap? { gaps.first { $0.recording == nil } }
}
