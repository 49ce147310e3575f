import Recordings

/// What came of acknowledging suspects, or of taking that back. If any of the tasks does not allow it, nothing was changed
/// for the others either.
package struct AcknowledgingResult: Hashable, Sendable {
    /// The suspects as they stand now.
    package var suspects: [SuspectRow] = []
    /// Tasks that the manifest does not know.
    package var unknown: [TaskID] = []
    /// Tasks without a suspect recording, or without one that is acknowledged if that is to be taken back.
    package var without: [TaskID] = []

    /// Whether it was done.
    package var isDone: Bool { unknown.isEmpty && without.isEmpty }
}
