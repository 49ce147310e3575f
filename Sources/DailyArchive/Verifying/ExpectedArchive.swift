import Recordings

/// What the manifest says of one sealed archive.
package struct ExpectedArchive: Sendable {
    package var byteCount: Int64
    package var digest: ContentDigest
    /// Where the header of `metadata/recordings.jsonl` begins; `nil` if that is not known.
    package var metadataOffset: Int64?
    /// Every recording in it.
    package var recordings: [ExpectedRecording]
    /// The archive that makes up for all of this one, if it has no recordings and is damaged.
    package var supersededBy: ArchiveName?

    package init(
        byteCount: Int64,
        digest: ContentDigest,
        metadataOffset: Int64? = nil,
        recordings: [ExpectedRecording],
        supersededBy: ArchiveName? = nil
    ) {
        self.byteCount = byteCount
        self.digest = digest
        self.metadataOffset = metadataOffset
        self.recordings = recordings
        self.supersededBy = supersededBy
    }
}
