import Recordings

/// The folder that holds everything: manifest, spool and daily archives. Every path of the product is made here.
///
/// ```
/// {root}/callark.json                                        makes this folder a root: see `RootIdentity`
/// {root}/manifest.sqlite
/// {root}/spool/pass.lock                                     one pass at a time
/// {root}/spool/pass.json                                     how far the pass that runs is
/// {root}/spool/legacy.lock                                   one gatherer of legacy sessions at a time
/// {root}/spool/pass.next                                     a pass that waits for one of low precedence
/// {root}/spool/backfill.lock                                 one backfill at a time
/// {root}/spool/credentials/acme.json                         the newest tokens
/// {root}/spool/acme-2025-11-20-001.tar.open                  the open daily archive
/// {root}/spool/acme-2025-11-20-001.jsonl                     its journal: a line a recording
/// {root}/spool/parts/<hash>.part, <hash>.json                a large recording on its way
/// {root}/archives/acme/2025/11/acme-2025-11-20-001.tar       sealed
/// {root}/archives/acme/2025/11/acme-2025-11-20-001.tar.sha256
/// {root}/archives/acme/2025/11/acme-2025-11-20-legacy.jsonl  legacy sessions of the day's calls
/// {root}/archives/acme/2025/11/acme-2025-11-20-legacy.jsonl.sha256
/// ```
package struct ArchiveRoot: Sendable, Hashable {
    package let path: String

    package init(path: String) {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.path = trimmed
    }

    /// The database of what is known.
    package var manifestPath: String { "\(path)/manifest.sqlite" }

    /// Where things are while they are under way.
    package var spoolPath: String { "\(path)/spool" }

    /// Where sealed archives are.
    package var archivesPath: String { "\(path)/archives" }

    /// The file whose lock a pass holds.
    package var lockPath: String { "\(spoolPath)/pass.lock" }

    /// How far the pass that runs is, for those who ask.
    var noticePath: String { "\(spoolPath)/pass.json" }

    /// The file whose lock the gatherer of legacy sessions holds.
    var legacyLockPath: String { "\(spoolPath)/legacy.lock" }

    /// The legacy sessions of a day's calls, beside its archives.
    package func legacySessionsPath(_ organization: OrganizationName, _ day: ArchiveDay) -> String {
        let folder = FileSystem.folder(of: archivePath(ArchiveName(organization: organization, day: day, sequence: 1)))
        return "\(folder)/\(Self.legacySessionsName(organization, day)).jsonl"
    }

    /// `acme-2025-11-20-legacy`
    package static func legacySessionsName(_ organization: OrganizationName, _ day: ArchiveDay) -> String {
        "\(organization)-\(day)-legacy"
    }

    /// The file whose lock a pass shares that waits for one of low precedence to step aside.
    package var claimPath: String { "\(spoolPath)/pass.next" }

    /// The file whose lock a backfill holds from its first step to its last.
    package var backfillLockPath: String { "\(spoolPath)/backfill.lock" }

    /// Where an organization's newest tokens are kept; mode 0600 in a folder of mode 0700.
    package func credentialsPath(_ organization: OrganizationName) -> String {
        "\(credentialsFolder)/\(organization).json"
    }

    /// The sealed archive.
    package func archivePath(_ name: ArchiveName) -> String { "\(path)/\(name.relativePath)" }

    /// The sealed archive's checksum, for `sha256sum -c`.
    package func sideFilePath(_ name: ArchiveName) -> String { archivePath(name) + ".sha256" }

    /// The archive while it grows: a tar without its end.
    package func openArchivePath(_ name: ArchiveName) -> String { "\(spoolPath)/\(name).tar.open" }

    /// The lines of the open archive's `metadata/recordings.jsonl` so far.
    package func journalPath(_ name: ArchiveName) -> String { "\(spoolPath)/\(name).jsonl" }

    /// Where an open archive is set aside that could not be understood, for a person to look at.
    package func damagedPath(_ name: ArchiveName) -> String { "\(spoolPath)/\(name).tar.damaged" }

    /// Where tokens are kept.
    package var credentialsFolder: String { "\(spoolPath)/credentials" }
    /// Where large recordings are on their way.
    package var partsFolder: String { "\(spoolPath)/parts" }

    /// Scratch files of sealing: whatever of them a crash leaves is removed by recovery.
    package func scratchPath(_ name: ArchiveName, _ purpose: Scratch) -> String {
        "\(spoolPath)/\(name).\(purpose.rawValue)"
    }

    /// What a scratch file is for; the end of its name.
    package enum Scratch: String, CaseIterable, Sendable {
        case tasks = "tasks.tmp"
        case checksums = "checksums.tmp"
        case remadeArchive = "tar.remade.tmp"
        case remadeJournal = "jsonl.remade.tmp"
    }
}
