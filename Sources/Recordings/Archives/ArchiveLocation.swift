/// Where an archive is.
package enum ArchiveLocation: Hashable, Sendable {
    /// Among the sealed archives.
    case sealed(ArchiveName)
    /// In the spool, where it grows.
    case open(ArchiveName)
}
