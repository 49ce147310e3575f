import Recordings

/// A sealed daily archive.
package struct ArchiveRow: Hashable, Sendable {
    package var name: ArchiveName
    /// The length of the tar, in bytes.
    package var byteCount: Int64
    /// The SHA-256 of the tar.
    package var digest: ContentDigest
    package var recordings: Int
    /// Where the header of `metadata/recordings.jsonl` begins; `nil` if the archive was damaged when it was adopted.
    package var metadataOffset: Int64?
    /// `nil` if the archive was adopted and the time is not known.
    package var sealedTime: Timestamp?
    /// Set if the archive has no recordings and is damaged: a later archive of its day that has everything else that it
    /// had. Also set if the archive is gone and only the evidence log knew it: an archive that has what it had.
    package var supersededBy: ArchiveName?
    /// What the vault has of it; `nil` if it neither has to be there nor is.
    package var vault: VaultCopy?

    package init(
        name: ArchiveName,
        byteCount: Int64,
        digest: ContentDigest,
        recordings: Int,
        metadataOffset: Int64? = nil,
        sealedTime: Timestamp?
    ) {
        self.name = name
        self.byteCount = byteCount
        self.digest = digest
        self.recordings = recordings
        self.metadataOffset = metadataOffset
        self.sealedTime = sealedTime
    }
}
