import Foundation

/// The provider's answer to one task ID in `POST captures/query`: what it has of this task at this moment.
package struct Capture: Sendable, Hashable {
    package var taskID: TaskID
    /// Recordings, transcriptions and screen recordings, sorted by kind, call type, start time and ID; often none.
    package var recordings: [CapturedRecording]

    package init(taskID: TaskID, recordings: [CapturedRecording]) {
        self.taskID = taskID
        self.recordings = recordings
    }
}
