import Recordings

/// The result of explaining gaps, or of withdrawing explanations. If one of the tasks does not allow it, none of the
/// others is changed either.
package struct ExplainingResult: Hashable, Sendable {
    /// The gaps after the change.
    package var gaps: [Gap] = []
    /// Tasks that the manifest does not know.
    package var unknown: [TaskID] = []
    /// Tasks without a gap; for a withdrawal, tasks without an explanation and without damaged recordings.
    package var withoutGap: [TaskID] = []
    /// Tasks that could not be changed, and have damaged recordings that no one has tried to fetch again.
    package var unrepaired: [TaskID] = []

    /// Whether the change was made.
    package var isDone: Bool { unknown.isEmpty && withoutGap.isEmpty && unrepaired.isEmpty }
}
