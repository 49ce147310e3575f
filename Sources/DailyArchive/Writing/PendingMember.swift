import Recordings

/// A complete recording that is to be appended to its day's archive.
package struct PendingMember: Sendable {
    /// What is known of it. Its `offset` is not looked at: appending decides it.
    package var entry: RecordingEntry
    /// Its bytes; `entry.stored` must be theirs.
    package var content: ReceivedContent

    package init(entry: RecordingEntry, content: ReceivedContent) {
        self.entry = entry
        self.content = content
    }
}
