import Recordings

extension ArchiveRoot {
    /// The path of an archive.
    package func path(of location: ArchiveLocation) -> String {
        switch location {
        case .sealed(let name): archivePath(name)
        case .open(let name): openArchivePath(name)
        }
    }

    /// Opens an archive: on the disk if it is there, else where archives are kept besides. Blocks.
    /// - Throws: `.missing` if it does not exist.
    package func open(_ location: ArchiveLocation) throws(ArchiveError) -> any ByteSource {
        switch location {
        case .sealed(let name): try openSealed(name)
        case .open(let name): try FileSource(openArchivePath(name))
        }
    }

    private func openSealed(_ name: ArchiveName) throws(ArchiveError) -> any ByteSource {
        do throws(ArchiveError) {
            return try archives.open(name)
        } catch {
            guard error.code == .missing, let source = try elsewhere?.open(name) else { throw error }
            return source
        }
    }

    /// Removes what a crash has left of archives that were being put back. Only for the holder of the pass's lock.
    package func removeReturnedDrafts() throws(ArchiveError) {
        let ending = "." + Scratch.returnedArchive.rawValue
        for name in try FileSystem.names(in: spoolPath)
        where name.hasSuffix(ending) || name.hasSuffix(FileReplacement.draftPath(of: ending)) {
            try FileSystem.remove("\(spoolPath)/\(name)")
        }
    }

    /// The location of an archive: in the spool until it is sealed.
    package func location(of name: ArchiveName) throws(ArchiveError) -> ArchiveLocation {
        if try archives.holds(name) { return .sealed(name) }
        // Of an archive that was removed from the disk, the side file is left.
        if try FileSystem.status(of: openArchivePath(name)) != nil { return .open(name) }
        let isKeptElsewhere = try FileSystem.status(of: sideFilePath(name)) != nil
        return isKeptElsewhere ? .sealed(name) : .open(name)
    }
}
