import Recordings

/// A complete recording that is to be appended to its day's archive.
package struct PendingMember: Sendable {
    /// What is known of it. Its `offset` is not looked at: appending decides it.
    package var entry: RecordingEntry
    /// Its bytes; `entry.byteCount` and `entry.digest` must be theirs.
    package var content: ReceivedContent

    package init(entry: RecordingEntry, content: ReceivedContent) {
        self.entry = entry
        self.content = content
    }
}

/// How far an open archive goes: what the manifest knows of it, and to where it is cut back after a crash.
package struct ArchiveExtent: Sendable, Hashable {
    package var tarBytes: Int64
    package var journalBytes: Int64

    package init(tarBytes: Int64, journalBytes: Int64) {
        self.tarBytes = tarBytes
        self.journalBytes = journalBytes
    }

    /// An archive that nothing has been appended to.
    package static let empty = ArchiveExtent(tarBytes: 0, journalBytes: 0)
}

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

/// A sealed archive as it lies on the disk.
package struct SealedArchive: Sendable, Hashable {
    package var name: ArchiveName
    package var byteCount: Int64
    package var digest: ContentDigest
    package var recordingCount: Int
    /// What the recordings have together.
    package var payloadBytes: Int64
    /// The record of the day, where the archive closes it.
    package var dayClose: DayClose?
}

/// What recovery found of an open archive, and what it did, so that the files and the manifest agree again.
package enum Recovery: Sendable, Hashable {
    /// The files are as the manifest knows them.
    case equal
    /// The files went further than the manifest knows. Whole recordings that it had not heard of were kept, so that the
    /// archive now has this extent; so many bytes behind them were of no use, and were cut off.
    case ahead(ArchiveExtent, adopted: [RecordingEntry], cutBack: Int64)
    /// The files did not hold what the manifest knows, or it knows nothing. What is whole was kept, at these offsets, and
    /// the archive now has this extent. Whatever else the manifest has in this archive is lost and must be received
    /// again; `lost` are those that the journal could still name.
    case behind(ArchiveExtent, whole: [RecordingEntry], lost: [RecordingKey])
    /// It had been sealed; only the manifest had not heard of it.
    case sealed(SealedArchive)
    /// Nothing is there, and nothing should be.
    case absent
}
