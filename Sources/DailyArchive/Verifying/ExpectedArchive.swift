import Recordings

/// What the manifest says of one sealed archive.
package struct ExpectedArchive: Sendable {
    package var byteCount: Int64
    package var digest: ContentDigest
    /// Where the header of `metadata/recordings.jsonl` begins; `nil` if that is not known.
    package var metadataOffset: Int64?
    /// Every recording in it.
    package var recordings: [ExpectedRecording]

    package init(
        byteCount: Int64,
        digest: ContentDigest,
        metadataOffset: Int64? = nil,
        recordings: [ExpectedRecording]
    ) {
        self.byteCount = byteCount
        self.digest = digest
        self.metadataOffset = metadataOffset
        self.recordings = recordings
    }
}
