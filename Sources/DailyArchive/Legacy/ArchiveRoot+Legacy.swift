import Files
import Recordings

extension ArchiveRoot {
    /// Whether there is any file of this day: an archive, sealed or open, what is left of one, or legacy sessions.
    package func hasFiles(of day: ArchiveDay, organization: OrganizationName?) throws(ArchiveError) -> Bool {
        let archives = try sealedArchives() + openArchives() + lostArchives()
        let owners =
            try archives.map { ($0.organization, $0.day) } + legacySessionFiles().map { ($0.organization, $0.day) }
        return owners.contains { $0.1 == day && (organization == nil || organization == $0.0) }
    }

    /// The files of legacy sessions beside the archives, sorted by organization and day.
    package func legacySessionFiles() throws(ArchiveError) -> [LegacySessionFile] {
        try archiveFiles(ending: ".jsonl").compactMap { LegacySessionFile(path: $0, in: self) }
    }
}
