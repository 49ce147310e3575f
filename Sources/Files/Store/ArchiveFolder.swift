import Glibc
import Recordings

/// The sealed archives in the folders below `archives/` of a root, each with a side file that has its checksum.
package struct ArchiveFolder: ArchiveStore, Hashable {
    private let root: ArchiveRoot

    fileprivate init(_ root: ArchiveRoot) { self.root = root }

    /// The process can end at any step. The comment before each step says what is left in that case.
    /// ``settle(_:as:)`` finishes or undoes it.
    package func put(
        _ draft: String,
        as name: ArchiveName,
        digest: ContentDigest,
        announce: () throws -> Void
    ) throws {
        try requireFree(name)
        let target = root.archivePath(name)
        try prepare(draft, for: target, digest)

        // Leaves a side file without an archive.
        try announce()

        // Leaves the archive in its place.
        try FileSystem.move(draft, to: target)
        try synchronizeFolders(of: target, draft)
    }

    /// Makes a draft read-only and durable, and writes the side file that its archive will have.
    private func prepare(_ draft: String, for target: String, _ digest: ContentDigest) throws(ArchiveError) {
        // Leaves the draft, perhaps with mode 0440.
        let file = try OpenFile(draft, O_RDONLY)
        try file.setMode(0o440)
        try file.synchronizeWithAttributes()

        // Leaves a side file without an archive. The side file is written first, so that every archive has one.
        try FileSystem.createFolder(FileSystem.folder(of: target))
        try SideFile.write(digest, besides: target)
    }

    /// Makes the name of an archive durable, and that its draft is gone.
    private func synchronizeFolders(of target: String, _ draft: String) throws(ArchiveError) {
        try FileSystem.synchronizeFolder(FileSystem.folder(of: target))
        try FileSystem.synchronizeFolder(FileSystem.folder(of: draft))
    }

    /// - Throws: `.occupied` if an archive has this name.
    package func requireFree(_ name: ArchiveName) throws(ArchiveError) {
        guard try holds(name) else { return }
        throw .system("seal", root.archivePath(name), errno: EEXIST)
    }

    package func settle(_ draft: String, as name: ArchiveName) throws(ArchiveError) -> Bool {
        let target = root.archivePath(name)
        let sideFile = root.sideFilePath(name)
        try FileSystem.remove(FileReplacement.draftPath(of: sideFile))
        guard let sealed = try FileSystem.status(of: target) else {
            // The crash came before the archive was moved. Its side file describes nothing.
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
        try FileSource(root.archivePath(name), isShared: true)
    }

    package func recordedDigest(of name: ArchiveName) throws(ArchiveError) -> ContentDigest? {
        try SideFile.read(besides: root.archivePath(name))?.digest
    }

    /// Writes the side file of an archive again, with the content that it was put with. Durable.
    /// - Parameter digest: of the whole archive, which the caller has just read.
    package func restoreSideFile(of name: ArchiveName, digest: ContentDigest) throws(ArchiveError) {
        try SideFile.write(digest, besides: root.archivePath(name))
    }

    /// Removes an archive from the disk. Durable. Its side file stays: its sequence number stays taken, and it says what the
    /// archive has to be if it comes back.
    /// - Returns: whether it is gone; `false` while a reader has it open, and then nothing has changed.
    package func evict(_ name: ArchiveName) throws(ArchiveError) -> Bool {
        let path = root.archivePath(name)
        let lock: FileLock?
        do throws(ArchiveError) {
            lock = try FileLock.taken(.exclusive, of: OpenFile(path, O_RDONLY))
        } catch {
            guard error.code == .missing else { throw error }
            return true
        }
        guard let lock else { return false }
        defer { withExtendedLifetime(lock) {} }
        try FileSystem.remove(path)
        try FileSystem.synchronizeFolder(FileSystem.folder(of: path))
        return true
    }

    /// Puts an archive back in its place, over a damaged file if there is one, with its side file. Durable. A crash leaves the
    /// previous state or the whole archive.
    /// - Parameters:
    ///   - draft: a file in the spool whose bytes were compared with `digest`. It no longer exists afterwards.
    ///   - digest: the SHA-256 with which the archive was sealed.
    package func putBack(_ draft: String, as name: ArchiveName, digest: ContentDigest) throws(ArchiveError) {
        let target = root.archivePath(name)
        try prepare(draft, for: target, digest)
        try FileSystem.replace(target, with: draft)
        try synchronizeFolders(of: target, draft)
    }

    /// Whether anything exists at an archive's path, even a broken link.
    func holds(_ name: ArchiveName) throws(ArchiveError) -> Bool {
        try FileSystem.status(of: root.archivePath(name)) != nil
    }

    package func byteCount(of name: ArchiveName) throws(ArchiveError) -> Int64? {
        try FileSystem.sizeOfTarget(root.archivePath(name))
    }

    /// All archives, sorted. A file that is not at the path for its name is not an archive.
    package func list() throws(ArchiveError) -> [ArchiveName] {
        try names(byFilesEnding: ".tar")
    }

    /// The lost archives, sorted: only their side files are left. A side file is written shortly before its archive moves
    /// there from the spool, so an archive that is still in the spool is not lost.
    package func lost() throws(ArchiveError) -> [ArchiveName] {
        var lost: [ArchiveName] = []
        for name in try names(byFilesEnding: SideFile.path(besides: ".tar")) {
            // Check the spool first. An archive may move from there to its place between the two checks; in the other
            // order, it would seem to be in neither.
            guard try FileSystem.status(of: root.openArchivePath(name)) == nil, try byteCount(of: name) == nil else {
                continue
            }
            lost.append(name)
        }
        return lost
    }

    /// Files below `archives/` that have an archive's name but are not at that archive's path, so nothing reads them; and side
    /// files that are not where their archive's belongs, and have no archive beside them.
    package func misplaced() throws(ArchiveError) -> [(path: String, name: ArchiveName)] {
        let archives = try strays(ending: ".tar") { $0 }
        let besides = Set(archives.map { SideFile.path(besides: $0.path) })
        let sideFiles = try strays(ending: SideFile.path(besides: ".tar")) { SideFile.path(besides: $0) }
        return archives + sideFiles.filter { !besides.contains($0.path) }
    }

    /// - Parameter place: where such a file belongs, by the path of its archive.
    private func strays(
        ending suffix: String,
        _ place: (String) -> String
    ) throws(ArchiveError) -> [(path: String, name: ArchiveName)] {
        try root.archiveFiles(ending: suffix).compactMap { path in
            guard let name = ArchiveName(path.dropLast(suffix.count).split(separator: "/").last ?? ""),
                place(root.archivePath(name)) != path
            else {
                return nil
            }
            return (path, name)
        }
    }

    /// The highest sequence number of a day's archives, from the names of all files in their folder; 0 if there are none.
    /// It does not open the files.
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
