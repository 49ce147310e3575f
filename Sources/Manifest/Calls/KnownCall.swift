import Recordings

/// What the manifest knows about a call.
package struct KnownCall: Hashable, Sendable {
    package var facts: CallFacts
    /// Whether the facts come from Search; otherwise they come from the task list.
    package var isSearched: Bool
}
