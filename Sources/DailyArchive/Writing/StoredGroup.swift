import Recordings

/// Recordings that ``ArchiveWriter/begin(_:)`` has appended to their archives, and that are not durable yet.
package struct AppendedGroup: Sendable {
    let number: Int
    /// In the order of the group, with their offsets.
    let entries: [RecordingEntry]
    let flushes: [ArchiveName: OpenArchiveFlush]
}

/// What one call of ``ArchiveWriter/synchronize(_:)`` made durable. The manifest records it in one transaction.
package struct StoredGroup: Sendable, Hashable {
    /// In the order of the group, with their offsets.
    package var entries: [RecordingEntry]
    /// The new extent of each archive in the group.
    package var extents: [ArchiveName: ArchiveExtent]
}
