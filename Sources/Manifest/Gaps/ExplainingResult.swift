import Recordings

/// What came of explaining gaps, or of taking explanations back. Where any of the tasks does not allow it, nothing was
/// changed for the others either.
package struct ExplainingResult: Hashable, Sendable {
    /// The gaps as they stand now.
    package var gaps: [Gap] = []
    /// Tasks that the manifest does not know.
    package var unknown: [TaskID] = []
    /// Tasks of which nothing is missing; where an explanation is taken back, those that have none.
    package var withoutGap: [TaskID] = []
    /// Tasks of which nothing is missing but recordings that are damaged, and that nobody has tried to fetch again.
    package var unrepaired: [TaskID] = []

    /// Whether it was done.
    package var isDone: Bool { unknown.isEmpty && withoutGap.isEmpty && unrepaired.isEmpty }
}
