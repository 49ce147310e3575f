import Recordings

/// A sealed archive on the disk that is to be put into the vault.
package struct ArchiveToVault: Hashable, Sendable {
    package var name: ArchiveName
    /// The file with its bytes.
    package var path: String
    package var digest: ContentDigest
    package var byteCount: Int64
    /// Where the header of `metadata/recordings.jsonl` begins in the archive; `nil` if that is not known.
    package var metadataOffset: Int64?
    /// The versions in the vault that are known to be damaged, and that must not be taken for a finished put.
    package var damagedVersions: Set<String>

    package init(
        name: ArchiveName,
        path: String,
        digest: ContentDigest,
        byteCount: Int64,
        metadataOffset: Int64?,
        damagedVersions: Set<String> = []
    ) {
        self.name = name
        self.path = path
        self.digest = digest
        self.byteCount = byteCount
        self.metadataOffset = metadataOffset
        self.damagedVersions = damagedVersions
    }
}
