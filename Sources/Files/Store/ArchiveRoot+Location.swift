import Recordings

extension ArchiveRoot {
    /// The path of an archive.
    package func path(of location: ArchiveLocation) -> String {
        switch location {
        case .sealed(let name): archivePath(name)
        case .open(let name): openArchivePath(name)
        }
    }

    /// Opens an archive. Blocks.
    /// - Throws: `.missing` if it does not exist.
    package func open(_ location: ArchiveLocation) throws(ArchiveError) -> any ByteSource {
        switch location {
        case .sealed(let name): try archives.open(name)
        case .open(let name): try FileSource(openArchivePath(name))
        }
    }

    /// The location of an archive: in the spool until it is sealed.
    package func location(of name: ArchiveName) throws(ArchiveError) -> ArchiveLocation {
        try archives.holds(name) ? .sealed(name) : .open(name)
    }
}
