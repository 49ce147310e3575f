import Recordings

/// Recordings that were appended to their archives by ``ArchiveWriter/begin(_:)`` and are not durable yet.
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
    /// Of each archive in the group, how far it goes now.
    package var extents: [ArchiveName: ArchiveExtent]
}
