import Recordings

/// Recordings that ``ArchiveWriter/begin(_:)`` has appended to their archives, and that are not durable yet.
package struct AppendedGroup: Sendable {
    let number: Int
    /// In the order of the group, with their offsets.
    let entries: [RecordingEntry]
    /// What the evidence log says about each of them (``RecordingEntry/record``).
    let records: [ContentDigest]
    let flushes: [ArchiveName: OpenArchiveFlush]
}

/// What one call of ``ArchiveWriter/synchronize(_:)`` made durable. The manifest records it in one transaction.
package struct StoredGroup: Sendable, Hashable {
    /// In the order of the group, with their offsets.
    package var entries: [RecordingEntry]
    /// What the evidence log says about each of them (``RecordingEntry/record``).
    package var records: [ContentDigest]
    /// The new extent of each archive in the group.
    package var extents: [ArchiveName: ArchiveExtent]

    package init(
        entries: [RecordingEntry],
        records: [ContentDigest],
        extents: [ArchiveName: ArchiveExtent]
    ) {
        self.entries = entries
        self.records = records
        self.extents = extents
    }
}
