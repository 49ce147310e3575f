import Recordings

/// The result of acknowledging suspect recordings, or of withdrawing acknowledgements. If one of the tasks does not
/// allow it, none of the others is changed either.
package struct AcknowledgingResult: Hashable, Sendable {
    /// The suspect recordings after the change.
    package var suspects: [SuspectRow] = []
    /// Tasks that the manifest does not know.
    package var unknown: [TaskID] = []
    /// Tasks without a suspect recording; for a withdrawal, tasks without an acknowledged one.
    package var without: [TaskID] = []

    /// Whether the change was made.
    package var isDone: Bool { unknown.isEmpty && without.isEmpty }
}
