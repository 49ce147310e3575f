import Recordings

/// What the manifest says about one sealed archive.
package struct ExpectedArchive: Sendable {
    package var byteCount: Int64
    package var digest: ContentDigest
    /// Where the header of `metadata/recordings.jsonl` begins; `nil` if that is unknown.
    package var metadataOffset: Int64?
    /// Every recording in it.
    package var recordings: [ExpectedRecording]
    /// The archive that replaces all of this one, if this one is damaged and has no recordings.
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
