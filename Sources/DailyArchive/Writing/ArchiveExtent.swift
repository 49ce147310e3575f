/// How long an open archive's files are, as the manifest knows it. After a crash they are cut back to this extent.
package struct ArchiveExtent: Sendable, Hashable {
    package var tarBytes: Int64
    package var journalBytes: Int64

    package init(tarBytes: Int64, journalBytes: Int64) {
        self.tarBytes = tarBytes
        self.journalBytes = journalBytes
    }

    /// An archive to which nothing has been appended.
    package static let empty = ArchiveExtent(tarBytes: 0, journalBytes: 0)
}
