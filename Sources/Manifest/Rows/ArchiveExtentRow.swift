/// How many bytes of an open archive's tar and of its journal count.
package struct ArchiveExtentRow: Hashable, Sendable {
    package var tarBytes: Int64
    package var journalBytes: Int64

    package init(tarBytes: Int64, journalBytes: Int64) {
        self.tarBytes = tarBytes
        self.journalBytes = journalBytes
    }
}
