import Recordings

/// What recovery found of an open archive, and did to make the files and the manifest agree again.
package enum RecoveryOutcome: Sendable, Hashable {
    /// The files are as the manifest knows them.
    case equal
    /// The files had more than the manifest knows. Intact recordings that it did not know were kept, so the archive now
    /// has this extent. The rest, `cutBack` bytes, was unusable and was cut off.
    case ahead(ArchiveExtent, adopted: [RecordingEntry], cutBack: Int64)
    /// The files did not have what the manifest knows, or it knows nothing. What is intact was kept, at these offsets,
    /// and the archive now has this extent. Anything else that the manifest has in this archive is lost and must be
    /// received again; `lost` are the recordings among it that the journal could still name.
    case behind(ArchiveExtent, whole: [RecordingEntry], lost: [RecordingKey])
    /// It was already sealed, and only the manifest did not know.
    case sealed(SealedArchive)
    /// No files exist, and none should.
    case absent
}
