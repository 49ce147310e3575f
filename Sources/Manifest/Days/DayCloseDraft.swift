import Recordings

/// The record that a day would be closed with now.
package struct DayCloseDraft: Hashable, Sendable {
    package var record: DayClose
    /// Whether the manifest has no record that says the same.
    package var isNews: Bool
    package var mark: ClosingMark
}
