import Recordings

/// One line of `list`.
package enum ListRow: Hashable, Sendable {
    case recording(RecordingRow)
    /// A task that should have a recording and has none, or fewer than the provider lists.
    case gap(Gap)
}
