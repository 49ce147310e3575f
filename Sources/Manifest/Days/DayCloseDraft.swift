import Recordings

/// The record with which a day would be closed now.
package struct DayCloseDraft: Hashable, Sendable {
    package var record: DayClose
    /// Whether the manifest does not have an equal record yet.
    package var hasChanged: Bool
    package var mark: ClosingMark
}
