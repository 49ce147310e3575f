import Recordings

/// A complete recording that is to be appended to its day's archive.
package struct PendingMember: Sendable {
    /// Its entry. The `offset` is ignored, because appending decides it.
    package var entry: RecordingEntry
    /// Its bytes, which `entry.stored` must describe.
    package var content: ReceivedContent

    package init(entry: RecordingEntry, content: ReceivedContent) {
        self.entry = entry
        self.content = content
    }
}
