import Glibc
import Recordings

/// The sealed archives in the folders below `archives/` of a root, each with a side file that has its checksum.
package struct ArchiveFolder: ArchiveStore, Hashable {
    private let root: ArchiveRoot

    fileprivate init(_ root: ArchiveRoot) { self.root = root }

    /// The process can end at any step. The comment before each step says what it leaves in that case, and
    /// ``settle(_:as:)`` what becomes of it.
    package func put(
        _ draft: String,
        as name: ArchiveName,
        digest: ContentDigest,
        announce: () throws -> Void
    ) throws {
        try requireFree(name)
        let target = root.archivePath(name)

        // Leaves the draft, perhaps with mode 0440.
        let file = try OpenFile(draft, O_RDONLY)
        try file.setMode(0o440)
        try file.synchronizeWithAttributes()

        // Leaves a side file without an archive. The side file is written first, so that no archive is ever without one.
        let folder = FileSystem.folder(of: target)
        try FileSystem.createFolder(folder)
        try SideFile.write(digest, besides: target)

        // Leaves the same.
        try announce()

        // Leaves the archive in its place.
        try FileSystem.move(draft, to: target)
        try FileSystem.synchronizeFolder(folder)
        try FileSystem.synchronizeFolder(FileSystem.folder(of: draft))
    }

    /// - Throws: `.occupied` if there is an archive of that name.
    package func requireFree(_ name: ArchiveName) throws(ArchiveError) {
        guard try holds(name) else { return }
        throw .system("seal", root.archivePath(name), errno: EEXIST)
    }

    package func settle(_ draft: String, as name: ArchiveName) throws(ArchiveError) -> Bool {
        let target = root.archivePath(name)
        let sideFile = root.sideFilePath(name)
        try FileSystem.remove(FileReplacement.draftPath(of: sideFile))
        guard let sealed = try FileSystem.status(of: target) else {
            // The side file is made before the archive is moved. Without the archive it describes nothing.
            try FileSystem.remove(sideFile)
            return false
        }
        if let open = try FileSystem.status(of: draft) {
            // On a file system where a move is a link and an unlink, a crash between the two leaves two names of one
            // file.
            guard open.isSameFile(as: sealed) else {
                throw .system("recover \(draft), sealed as", target, errno: EEXIST)
            }
            try FileSystem.remove(draft)
        }
        try FileSystem.synchronizeFolder(FileSystem.folder(of: target))
        return true
    }

    package func open(_ name: ArchiveName) throws(ArchiveError) -> any ByteSource {
        try FileSource(root.archivePath(name))
    }

    package func recordedDigest(of name: ArchiveName) throws(ArchiveError) -> ContentDigest? {
        try SideFile.read(besides: root.archivePath(name))?.digest
    }

    /// Writes the side file of an archive again, with the content that it was put with. Durable.
    /// - Parameter digest: of the whole archive, which the caller has just read.
    package func restoreSideFile(of name: ArchiveName, digest: ContentDigest) throws(ArchiveError) {
        try SideFile.write(digest, besides: root.archivePath(name))
    }

    /// Whether anything stands in an archive's place, even a link that leads nowhere.
    func holds(_ name: ArchiveName) throws(ArchiveError) -> Bool {
        try FileSystem.status(of: root.archivePath(name)) != nil
    }

    package func byteCount(of name: ArchiveName) throws(ArchiveError) -> Int64? {
        try FileSystem.sizeOfTarget(root.archivePath(name))
    }

    /// All archives, sorted. A file that is not where its name belongs is not an archive.
    package func list() throws(ArchiveError) -> [ArchiveName] {
        try names(byFilesEnding: ".tar")
    }

    /// The archives of which only the side file is left, sorted. A side file is written a moment before its archive
    /// moves there from the spool.
    package func lost() throws(ArchiveError) -> [ArchiveName] {
        var lost: [ArchiveName] = []
        for name in try names(byFilesEnding: SideFile.path(besides: ".tar")) {
            // In this order, because an archive moves from the spool to its place: checked the other way round, one
            // that moves between the two checks would seem to be in neither.
            guard try FileSystem.status(of: root.openArchivePath(name)) == nil, try byteCount(of: name) == nil else {
                continue
            }
            lost.append(name)
        }
        return lost
    }

    /// Files among the archives that have an archive's name and are not where that archive belongs, so nothing looks
    /// for them there.
    package func misplaced() throws(ArchiveError) -> [(path: String, name: ArchiveName)] {
        try root.archiveFiles(ending: ".tar").compactMap { path in
            guard let name = ArchiveName(path.dropLast(4).split(separator: "/").last ?? ""),
                root.archivePath(name) != path
            else {
                return nil
            }
            return (path, name)
        }
    }

    /// The highest sequence of the archives of one day, by the names of the files, whatever is in them; 0 if there is
    /// none. Reads one folder only.
    package func lastSequence(of organization: OrganizationName, on day: ArchiveDay) throws(ArchiveError) -> Int {
        let first = ArchiveName(organization: organization, day: day, sequence: 1)
        let names = try FileSystem.names(in: FileSystem.folder(of: root.archivePath(first)))
        return names.compactMap { ArchiveName($0.prefix { $0 != "." }) }
            .filter { $0.organization == organization && $0.day == day }.map(\.sequence).max() ?? 0
    }

    private func names(byFilesEnding suffix: String) throws(ArchiveError) -> [ArchiveName] {
        let paths = try root.archiveFiles(ending: suffix).map { $0.dropLast(suffix.count) }
        return paths.compactMap { path in
            ArchiveName(path.split(separator: "/").last ?? "")
                .flatMap { root.archivePath($0) == path + ".tar" ? $0 : nil }
        }.sorted()
    }
}

extension ArchiveRoot {
    /// The sealed archives.
    package var archives: ArchiveFolder { ArchiveFolder(self) }
}
