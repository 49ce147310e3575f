/// How far an open archive goes: what the manifest knows of it, and to where it is cut back after a crash.
package struct ArchiveExtent: Sendable, Hashable {
    package var tarBytes: Int64
    package var journalBytes: Int64

    package init(tarBytes: Int64, journalBytes: Int64) {
        self.tarBytes = tarBytes
        self.journalBytes = journalBytes
    }

    /// An archive that nothing has been appended to.
    package static let empty = ArchiveExtent(tarBytes: 0, journalBytes: 0)
}
