import Foundation

/// The provider's answer to one task ID in `POST captures/query`: what it holds of this task at this moment.
package struct Capture: Sendable, Hashable {
    package var taskID: TaskID
    /// Recordings, transcriptions and screen recordings, sorted by kind, call type, start time and ID; often none.
    package var recordings: [CapturedRecording]

    package init(taskID: TaskID, recordings: [CapturedRecording]) {
        self.taskID = taskID
        self.recordings = recordings
    }
}

/// One file that the provider offers for a task, with the signed URL under which it can be had for a while.
package struct CapturedRecording: Sendable, Hashable {
    package var key: RecordingKey
    /// When the recorded part of the call ended, where the provider says.
    package var stopTime: Timestamp?
    /// Where the bytes are until the URL expires. A secret: never stored, never logged with its query.
    package var url: URL
    /// The provider's own words, without the query of `filePath`.
    package var json: ProviderJSON

    package init(key: RecordingKey, stopTime: Timestamp?, url: URL, json: ProviderJSON) {
        self.key = key
        self.stopTime = stopTime
        self.url = url
        self.json = json
    }
}

extension CapturedRecording {
    /// How long the provider says that it lasts; `nil` if it does not say, or if the times make no sense.
    package var statedDuration: Duration? {
        guard let start = key.startTime, let stopTime, start < stopTime, stopTime - start <= Self.longestDuration else {
            return nil
        }
        return stopTime - start
    }

    /// No call lasts longer: a stop time in the year 9999 says that there is none yet.
    private static let longestDuration = Duration.hours(31 * 24)

    /// The same as another version of a recording that is held already; `nil` where the provider does not say when it
    /// ends, so that versions cannot be told apart.
    package var asVersion: CapturedRecording? {
        guard let stopTime else { return nil }
        var version = self
        version.key = key.versioned(until: stopTime)
        return version
    }
}

/// What a captured file is. The provider answers with three lists; audio has to be audio to be accepted, the others are
/// kept as the bytes they are.
package enum CaptureKind: String, Hashable, Sendable, Codable, Comparable, CaseIterable {
    case recording
    case transcription
    case screenRecording = "screen_recording"

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// What makes a recording the same recording when it is seen again. Neither the URL (new at every question) nor the
/// provider's recording ID alone (equal to the task ID in some answers) is an identity; these together are
/// (wxcc-api 6.3).
package struct RecordingKey: Hashable, Sendable, Codable {
    package var taskID: TaskID
    package var recordingID: RecordingID
    package var kind: CaptureKind
    /// Whether this is a piece of a call rather than a whole one. Consult recordings are always `false`.
    package var isSegment: Bool
    /// `main`, `consult`, `va-main`, `va-consult`, or what the provider adds; empty where it says none.
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

    /// The identity of the version of this recording that ends at that time: the provider's ID with
    /// `.until-` and the time in milliseconds behind it.
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
