import Recordings

/// What recovery found of an open archive, and what it did, so that the files and the manifest agree again.
package enum RecoveryOutcome: Sendable, Hashable {
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
