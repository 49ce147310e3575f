import Files
import Recordings

extension ArchiveRoot {
    /// Whether any file of this day exists: a sealed or open archive, the side file of a lost one, or legacy sessions.
    package func hasFiles(of day: ArchiveDay, organization: OrganizationName?) throws(ArchiveError) -> Bool {
        let archives = try self.archives.list() + openArchives() + self.archives.lost()
        let owners =
            try archives.map { ($0.organization, $0.day) } + legacySessionFiles().map { ($0.organization, $0.day) }
        return owners.contains { $0.1 == day && (organization == nil || organization == $0.0) }
    }

    /// The files of legacy sessions next to the archives, sorted by organization, day and number. If only a file's checksum
    /// file is left, the file is included, so that its loss is noticed.
    package func legacySessionFiles() throws(ArchiveError) -> [LegacySessionFile] {
        let ending = ".jsonl"
        let paths = try archiveFiles(ending: ending) + archiveFiles(ending: SideFile.path(besides: ending))
        return legacySessionFiles(among: paths)
    }

    /// The files of one day's legacy sessions, sorted by number, including files of which only the checksum file is left.
    /// Reads only one folder.
    func legacySessionFiles(of organization: OrganizationName, _ day: ArchiveDay) throws(ArchiveError)
        -> [LegacySessionFile]
    {
        let folder = FileSystem.folder(of: legacySessionsPath(organization, day, 1))
        return legacySessionFiles(among: try FileSystem.names(in: folder).map { "\(folder)/\($0)" })
            .filter { $0.organization == organization && $0.day == day }
    }

    private func legacySessionFiles(among paths: [String]) -> [LegacySessionFile] {
        let ending = SideFile.path(besides: "")
        let files = paths.compactMap { path in
            LegacySessionFile(path: path.hasSuffix(ending) ? String(path.dropLast(ending.count)) : path, in: self)
        }
        return Set(files).sorted()
    }
}
