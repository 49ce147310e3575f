import Recordings

/// What a captures query should return (wxcc-api 6.1).
package struct CaptureOptions: Sendable, Hashable {
    /// The single pieces of a call instead of one combined file.
    package var includeSegments: Bool
    /// Recordings of virtual agents too, which may be sensitive.
    package var includeVirtualAgent: Bool
    /// How long the signed URLs should be valid: whole minutes from 1 to 60; other values are limited to this range.
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

/// The result of a captures query.
package struct CaptureAnswer: Sendable {
    /// One for each requested task that was not refused, in the order of the request; empty if the provider has
    /// nothing.
    package var captures: [Capture]
    /// The tasks about which the provider refuses to answer; each was finally asked about alone.
    package var refused: [TaskID: ProviderError]
    /// Listed files that cannot be used: a task named here has more than its capture shows.
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

/// A captured file that the provider lists without a usable address.
package struct MalformedRecording: Sendable, Hashable, CustomStringConvertible {
    /// The task that it was listed for.
    package var taskID: TaskID
    /// The list of the provider that it was in.
    package var kind: CaptureKind
    /// The provider's ID for it, if there is one.
    package var recordingID: RecordingID?
    /// One line that says what is wrong.
    package var problem: String
    /// The provider's own JSON.
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
