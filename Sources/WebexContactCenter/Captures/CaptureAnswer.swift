import Recordings

/// What a captures query is to bring (wxcc-api 6.1).
package struct CaptureOptions: Sendable, Hashable {
    /// The single pieces of a call rather than one stitched file.
    package var includeSegments: Bool
    /// Recordings of virtual agents too, which may be sensitive.
    package var includeVirtualAgent: Bool
    /// How long the signed URLs are to work; whole minutes from 1 to 60, what is beyond is brought inside.
    package var urlExpiration: Duration

    /// States all of it.
    package init(
        includeSegments: Bool = true,
        includeVirtualAgent: Bool = false,
        urlExpiration: Duration = .minutes(60)
    ) {
        self.includeSegments = includeSegments
        self.includeVirtualAgent = includeVirtualAgent
        self.urlExpiration = urlExpiration
    }

    var urlExpirationMinutes: Int64 { min(60, max(1, urlExpiration.milliseconds / 60000)) }
}

/// What came of a captures query.
package struct CaptureAnswer: Sendable {
    /// One for each task that was asked for and not refused, in the order asked; empty if the provider has nothing.
    package var captures: [Capture]
    /// The tasks about which the provider refuses to answer, each asked for alone in the end.
    package var refused: [TaskID: ProviderError]
    /// What the provider listed and cannot be used: a task named here has more than its capture shows.
    package var malformed: [MalformedRecording]
    /// The provider's name for the answer that a task's capture was in, for a support case.
    package var trackingIDs: [TaskID: String]

    /// States all of it.
    package init(
        captures: [Capture] = [],
        refused: [TaskID: ProviderError] = [:],
        malformed: [MalformedRecording] = [],
        trackingIDs: [TaskID: String] = [:]
    ) {
        self.captures = captures
        self.refused = refused
        self.malformed = malformed
        self.trackingIDs = trackingIDs
    }
}

/// A captured file that the provider lists in a way that gives no way to its bytes.
package struct MalformedRecording: Sendable, Hashable, CustomStringConvertible {
    /// The task that it was listed for.
    package var taskID: TaskID
    /// In which of the provider's lists it stood.
    package var kind: CaptureKind
    /// The provider's ID for it, where it gave one.
    package var recordingID: RecordingID?
    /// One line that says what is wrong.
    package var problem: String
    /// The provider's own words.
    package var json: ProviderJSON

    /// States all of it.
    package init(
        taskID: TaskID,
        kind: CaptureKind,
        recordingID: RecordingID?,
        problem: String,
        json: ProviderJSON
    ) {
        self.taskID = taskID
        self.kind = kind
        self.recordingID = recordingID
        self.problem = problem
        self.json = json
    }

    /// The task and the problem.
    package var description: String { "task \(taskID): \(problem)" }
}
