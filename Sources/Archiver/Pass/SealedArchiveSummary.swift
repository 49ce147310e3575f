import Recordings

/// One sealed daily archive, as the summary names it.
package struct SealedArchiveSummary: Hashable, Sendable {
    package var name: ArchiveName
    package var path: String
    package var recordings: Int
    package var bytes: Int64
    package var digest: ContentDigest

    package init(name: ArchiveName, path: String, recordings: Int, bytes: Int64, digest: ContentDigest) {
        self.name = name
        self.path = path
        self.recordings = recordings
        self.bytes = bytes
        self.digest = digest
    }
}
