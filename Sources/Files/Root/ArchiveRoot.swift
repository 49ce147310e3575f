import Recordings

/// The folder that contains everything: manifest, spool and daily archives. All paths in it are made here, except those
/// inside an evidence log.
///
/// ```
/// {root}/callark.json                                        makes this folder a root: see `RootIdentity`
/// {root}/manifest.sqlite
/// {root}/service.sqlite                                      the service's keys
/// {root}/spool/pass.lock                                     one pass at a time
/// {root}/spool/pass.json                                     how far the running pass is
/// {root}/spool/legacy.lock                                   one collection of legacy sessions at a time
/// {root}/spool/pass.next                                     a pass that waits for one of low precedence
/// {root}/spool/backfill.lock                                 one backfill at a time
/// {root}/spool/credentials/acme.json                         the newest tokens
/// {root}/spool/acme-2025-11-20-001.tar.open                  the open daily archive
/// {root}/spool/acme-2025-11-20-001.jsonl                     its journal: one line per recording
/// {root}/spool/parts/<hash>.part, <hash>.json                a large recording that is being received
/// {root}/archives/acme/2025/11/acme-2025-11-20-001.tar       sealed
/// {root}/archives/acme/2025/11/acme-2025-11-20-001.tar.sha256
/// {root}/archives/acme/2025/11/acme-2025-11-20-legacy-001.jsonl  legacy sessions of the day's calls
/// {root}/archives/acme/2025/11/acme-2025-11-20-legacy-001.jsonl.sha256
/// {root}/log/acme/                                           the evidence log
/// ```
package struct ArchiveRoot: Sendable {
    package let path: String
    /// Where sealed archives are read whose files are not on the disk; `nil` if there is no such place.
    package var elsewhere: (any ArchivesElsewhere)?

    package init(path: String) {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.path = trimmed
    }

    /// The database of what is known.
    package var manifestPath: String { "\(path)/manifest.sqlite" }

    /// The database of the service's keys.
    package var servicePath: String { "\(path)/service.sqlite" }

    /// The name of the socket on which commands hand their work to a running service.
    package static let handoverName = "service.sock"

    /// Its path.
    package var handoverPath: String { "\(path)/\(Self.handoverName)" }

    /// The file whose lock the service has: only one runs over a root.
    package var serviceLockPath: String { "\(spoolPath)/service.lock" }

    /// The folder of cases that the service has exported, until they expire.
    package var exportsPath: String { "\(path)/exports" }

    /// The folder of what is in progress.
    package var spoolPath: String { "\(path)/spool" }

    /// The folder of the sealed archives.
    package var archivesPath: String { "\(path)/archives" }

    /// The file whose lock a pass holds.
    package var lockPath: String { "\(spoolPath)/pass.lock" }

    /// How far the running pass is, for those who ask.
    var noticePath: String { "\(spoolPath)/pass.json" }

    /// The file whose lock the process that collects legacy sessions holds.
    var legacyLockPath: String { "\(spoolPath)/legacy.lock" }

    /// A file of legacy sessions of a day's calls, next to its archives. Its number counts from 1.
    package func legacySessionsPath(_ organization: OrganizationName, _ day: ArchiveDay, _ number: Int) -> String {
        let folder = FileSystem.folder(of: archivePath(ArchiveName(organization: organization, day: day, sequence: 1)))
        return "\(folder)/\(Self.legacySessionsName(organization, day, number)).jsonl"
    }

    /// `acme-2025-11-20-legacy-001`
    package static func legacySessionsName(
        _ organization: OrganizationName,
        _ day: ArchiveDay,
        _ number: Int
    ) -> String {
        "\(organization)-\(day)-legacy-\(ArchiveName.text(ofSequence: number))"
    }

    /// The file whose lock a pass shares while it waits for one of low precedence to step aside.
    package var stepAsidePath: String { "\(spoolPath)/pass.next" }

    /// The file whose lock a backfill holds from its first step to its last.
    package var backfillLockPath: String { "\(spoolPath)/backfill.lock" }

    /// The file with an organization's newest tokens, with mode 0600 in a folder of mode 0700.
    package func credentialsPath(_ organization: OrganizationName) -> String {
        "\(credentialsFolder)/\(organization).json"
    }

    /// What the provider was last known to do with the events of an organization.
    package func webhookPath(_ organization: OrganizationName) -> String {
        "\(spoolPath)/webhooks/\(organization).json"
    }

    /// The sealed archive.
    package func archivePath(_ name: ArchiveName) -> String { "\(path)/\(name.relativePath)" }

    /// The sealed archive's checksum, for `sha256sum -c`.
    package func sideFilePath(_ name: ArchiveName) -> String { archivePath(name) + ".sha256" }

    /// The archive while it grows: a tar without its end.
    package func openArchivePath(_ name: ArchiveName) -> String { "\(spoolPath)/\(name).tar.open" }

    /// The lines of the open archive's `metadata/recordings.jsonl` so far.
    package func journalPath(_ name: ArchiveName) -> String { "\(spoolPath)/\(name).jsonl" }

    /// An open archive that was kept under another name because not all of it could be understood, for a person to
    /// check.
    package func damagedPath(_ name: ArchiveName) -> String { "\(spoolPath)/\(name).tar.damaged" }

    /// The folder of the tokens.
    package var credentialsFolder: String { "\(spoolPath)/credentials" }
    /// The folder of the large recordings that are being received.
    package var partsFolder: String { "\(spoolPath)/parts" }

    /// Scratch files of sealing and salvage. Recovery removes those that a crash leaves.
    package func scratchPath(_ name: ArchiveName, _ purpose: Scratch) -> String {
        "\(spoolPath)/\(name).\(purpose.rawValue)"
    }

    /// The purpose of a scratch file, which is the ending of its name.
    package enum Scratch: String, CaseIterable, Sendable {
        case tasks = "tasks.tmp"
        case checksums = "checksums.tmp"
        case remadeArchive = "tar.remade.tmp"
        case returnedArchive = "tar.returned.tmp"
        case remadeJournal = "jsonl.remade.tmp"
    }
}

/// Two values are equal if they are about the same folder.
extension ArchiveRoot: Hashable {
    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.path == rhs.path }

    package func hash(into hasher: inout Hasher) { hasher.combine(path) }
}
