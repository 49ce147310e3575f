import Recordings

/// A sealed archive as it is on the disk.
package struct SealedArchive: Sendable, Hashable {
    package var name: ArchiveName
    package var byteCount: Int64
    package var digest: ContentDigest
    package var recordingCount: Int
    /// The total size of the recordings.
    package var payloadBytes: Int64
    /// Where the header of `metadata/recordings.jsonl` begins, after the last recording.
    package var metadataOffset: Int64
    /// The record of the day, if the archive closes it.
    package var dayClose: DayClose?
    /// The SHA-256 of `tagmanifest-sha256.txt`, which covers everything else in the bag.
    package var tagDigest: ContentDigest
}
