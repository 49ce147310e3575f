/// Something that should exist and is not held: the recording of a task that has none, something that the provider
/// lists for a task without a usable address, or a recording that could not be fetched.
package struct Gap: Hashable, Sendable, Codable {
    package var organization: OrganizationName
    package var day: ArchiveDay
    package var taskID: TaskID
    /// When the task was created.
    package var createdTime: Timestamp
    package var reason: GapReason
    /// The recording that could not be fetched; `nil` if none is known by name.
    package var recording: RecordingKey?
    /// In the provider's or the failure's own words, if there are any; never with a signed URL's query.
    package var detail: String?
    /// The archive in which the bytes of `recording` were found damaged; `nil` if they were not held.
    package var archive: ArchiveName?
    package var evidence: GapEvidence
    /// An operator's explanation; `nil` if there is none, or if it does not cover what is missing now.
    package var explanation: GapExplanation?

    package init(
        organization: OrganizationName,
        day: ArchiveDay,
        taskID: TaskID,
        createdTime: Timestamp,
        reason: GapReason,
        recording: RecordingKey? = nil,
        detail: String? = nil,
        archive: ArchiveName? = nil,
        evidence: GapEvidence = GapEvidence(),
        explanation: GapExplanation? = nil
    ) {
        self.organization = organization
        self.day = day
        self.taskID = taskID
        self.createdTime = createdTime
        self.reason = reason
        self.recording = recording
        self.detail = detail
        self.archive = archive
        self.evidence = evidence
        self.explanation = explanation
    }

    /// Whether nothing is known to be missing yet: the provider may still have it, and no one has explained it.
    package var isPending: Bool { explanation == nil && reason.isPending }

    /// Whether it is a recording that was held, and whose bytes are damaged or gone.
    package var wasHeld: Bool { archive != nil || reason == .lost || reason == .damaged }

    enum CodingKeys: String, CodingKey {
        case organization, day, reason, recording, detail, archive, evidence, explanation
        case taskID = "task_id"
        case createdTime = "created_time"
    }
}
