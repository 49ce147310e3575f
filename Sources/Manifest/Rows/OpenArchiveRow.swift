import Recordings

/// An open daily archive.
package struct OpenArchiveRow: Hashable, Sendable {
    package var name: ArchiveName
    package var extent: ArchiveExtentRow
    package var recordings: Int
}
