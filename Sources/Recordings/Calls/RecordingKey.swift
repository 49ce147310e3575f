/// What makes a recording the same recording when it is seen again. Neither the URL (new in every answer) nor the
/// provider's recording ID alone (equal to the task ID in some answers) is an identity; these fields together are
/// (wxcc-api 6.3).
package struct RecordingKey: Hashable, Sendable, Codable {
    package var taskID: TaskID
    package var recordingID: RecordingID
    package var kind: CaptureKind
    /// Whether this is a piece of a call and not a whole one. Consult recordings are always `false`.
    package var isSegment: Bool
    /// `main`, `consult`, `va-main`, `va-consult`, or what the provider adds; empty if it says none.
    package var callType: String
    package var startTime: Timestamp?
    /// The provider's file name: not unique, and not to be trusted as a path.
    package var providerFileName: String

    package init(
        taskID: TaskID,
        recordingID: RecordingID,
        kind: CaptureKind,
        isSegment: Bool,
        callType: String,
        startTime: Timestamp?,
        providerFileName: String
    ) {
        self.taskID = taskID
        self.recordingID = recordingID
        self.kind = kind
        self.isSegment = isSegment
        self.callType = callType.withoutNUL
        self.startTime = startTime
        self.providerFileName = providerFileName.withoutNUL
    }

    /// The identity of the version of this recording that ends at that time: the provider's ID, followed by `.until-`
    /// and the time in milliseconds.
    package func versioned(until stopTime: Timestamp?) -> RecordingKey {
        var key = self
        let mark = stopTime.map { ".until-\($0.millisecondsSince1970)" } ?? ""
        key.recordingID = RecordingID(recordingID.description + mark) ?? recordingID
        return key
    }

    enum CodingKeys: String, CodingKey {
        case taskID = "task_id"
        case recordingID = "recording_id"
        case kind
        case isSegment = "segment"
        case callType = "call_type"
        case startTime = "start_time"
        case providerFileName = "provider_file_name"
    }
}
