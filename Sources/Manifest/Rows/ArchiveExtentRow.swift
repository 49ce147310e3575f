/// How much of an open archive's two files the manifest vouches for.
package struct ArchiveExtentRow: Hashable, Sendable {
    package var tarBytes: Int64
    package var journalBytes: Int64

    package init(tarBytes: Int64, journalBytes: Int64) {
        self.tarBytes = tarBytes
        self.journalBytes = journalBytes
    }
}
