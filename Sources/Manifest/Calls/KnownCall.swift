import Recordings

/// What the manifest knows of a call.
package struct KnownCall: Hashable, Sendable {
    package var facts: CallFacts
    /// Whether the provider's Search has told it; else the listing of tasks has.
    package var isSearched: Bool
}
