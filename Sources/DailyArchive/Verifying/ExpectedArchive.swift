import Recordings

/// What the manifest says of one sealed archive.
package struct ExpectedArchive: Sendable {
    package var byteCount: Int64
    package var digest: ContentDigest
    /// Every recording in it.
    package var recordings: [ExpectedRecording]

    package init(byteCount: Int64, digest: ContentDigest, recordings: [ExpectedRecording]) {
        self.byteCount = byteCount
        self.digest = digest
        self.recordings = recordings
    }
}
