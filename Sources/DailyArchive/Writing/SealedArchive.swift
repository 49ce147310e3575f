import Recordings

/// A sealed archive as it lies on the disk.
package struct SealedArchive: Sendable, Hashable {
    package var name: ArchiveName
    package var byteCount: Int64
    package var digest: ContentDigest
    package var recordingCount: Int
    /// What the recordings have together.
    package var payloadBytes: Int64
    /// Where the header of `metadata/recordings.jsonl` begins: from there on the tar has everything but recordings.
    package var metadataOffset: Int64
    /// The record of the day, where the archive closes it.
    package var dayClose: DayClose?
}
