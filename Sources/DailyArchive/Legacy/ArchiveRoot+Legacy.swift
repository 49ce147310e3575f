import Files
import Recordings

extension ArchiveRoot {
    /// Whether any file of this day exists: an archive, sealed or open, the remains of one, or legacy sessions.
    package func hasFiles(of day: ArchiveDay, organization: OrganizationName?) throws(ArchiveError) -> Bool {
        let archives = try sealedArchives() + openArchives() + lostArchives()
        let owners =
            try archives.map { ($0.organization, $0.day) } + legacySessionFiles().map { ($0.organization, $0.day) }
        return owners.contains { $0.1 == day && (organization == nil || organization == $0.0) }
    }

    /// The files of legacy sessions next to the archives, sorted by organization and day. A file of which only the
    /// checksum file is left is one of them: it is missing, and that must not go unnoticed.
    package func legacySessionFiles() throws(ArchiveError) -> [LegacySessionFile] {
        let ending = ".jsonl"
        let left = try archiveFiles(ending: SideFile.path(besides: ending)).map { $0.dropLast(7) }.map(String.init)
        let paths = Set(try archiveFiles(ending: ending)).union(left)
        return paths.sorted().compactMap { LegacySessionFile(path: $0, in: self) }
    }
}
