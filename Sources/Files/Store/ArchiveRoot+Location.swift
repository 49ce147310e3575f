import Recordings

extension ArchiveRoot {
    /// The path by which people know an archive.
    package func path(of location: ArchiveLocation) -> String {
        switch location {
        case .sealed(let name): archivePath(name)
        case .open(let name): openArchivePath(name)
        }
    }

    /// Opens an archive. Blocks.
    /// - Throws: `.missing` if it is not there.
    package func open(_ location: ArchiveLocation) throws(ArchiveError) -> any ByteSource {
        switch location {
        case .sealed(let name): try archives.open(name)
        case .open(let name): try FileSource(openArchivePath(name))
        }
    }

    /// Where an archive is now: sealed or, until then, in the spool.
    package func location(of name: ArchiveName) throws(ArchiveError) -> ArchiveLocation {
        try archives.holds(name) ? .sealed(name) : .open(name)
    }
}
