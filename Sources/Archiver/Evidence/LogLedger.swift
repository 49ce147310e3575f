import DailyArchive
import Evidence
import Files
import Recordings

/// The content of a whole evidence log, one epoch after the other, read from end to end. Every entry of a checkpoint is
/// checked against what the checkpoint signs.
package struct LogLedger: Sendable {
    /// What it says about one archive.
    struct Archive: Sendable {
        /// The recordings in it.
        var stored = ContentSum()
        /// How it was last sealed or adopted, and the index of that entry.
        var sealed: LoggedArchive.Sealing?
        var entry: Int64 = 0
        /// The last entry of damage to it since then or since something in it was replaced: how many recordings; `nil` if
        /// there is none.
        var damaged: Int64?
        /// Whether it is from before the log, or was copied into the root: its recordings may have no entry.
        var isAdopted = false
    }

    /// What it says about a file of legacy sessions.
    struct LegacyFile: Hashable, Sendable {
        var name: String
        var day: ArchiveDay
        var digest: ContentDigest
        var sessions: Int64
        /// The index of the entry.
        var entry: Int64
    }

    /// By name.
    private(set) var archives: [String: Archive] = [:]
    /// The SHA-256 of each closed day's record; `nil` if the day was reopened.
    private(set) var days: [ArchiveDay: ContentDigest?] = [:]
    /// The files of legacy sessions, in the order of their entries; the last entry of a file counts.
    private(set) var legacyFiles: [LegacyFile] = []
    /// When the first epoch began.
    private(set) var begunTime: Timestamp?
    /// The last signed state.
    private(set) var position: LogPosition?

    /// Reads the log in `folder`.
    /// - Parameters:
    ///   - key: the key for the signatures of the newest epoch; `nil` for the key that the log names itself.
    ///   - body: called with each entry except those of stored recordings.
    /// - Throws: `missing`; `damaged` if the newest epoch is not sound. Damage to an earlier epoch is ignored: it may
    ///   be why a newer one exists.
    static func read(
        _ folder: LogFolder,
        key: NoteKey?,
        _ body: ((LogEntry) throws(EvidenceError) -> Void)? = nil
    ) throws(EvidenceError) -> LogLedger {
        var ledger = LogLedger()
        for epoch in folder.epochs.reversed() {
            do throws(EvidenceError) {
                let isNewest = epoch == folder
                let entries = try ledger.read(epoch, isNewest: isNewest, key: isNewest ? key : nil, keeps: body != nil)
                for entry in entries { try body?(entry) }
            } catch {
                guard error.code == .damaged, epoch != folder else { throw error }
            }
        }
        return ledger
    }

    /// How often a log is read again because it was published to while it was read.
    static let maxReadings = 5

    /// Adds an epoch.
    /// - Parameter keeps: whether the entries are needed. There may be many.
    /// - Returns: its entries, except those of stored recordings.
    private mutating func read(
        _ epoch: LogFolder,
        isNewest: Bool,
        key: NoteKey?,
        keeps: Bool
    ) throws(EvidenceError) -> [LogEntry] {
        var (trial, entries) = (self, [LogEntry]())
        for _ in 0..<Self.maxReadings {
            (trial, entries) = (self, [])
            let reader = try LogReader(epoch, key: key)
            trial.position = reader.position
            func take(_ index: Int64, _ bytes: [UInt8]) throws(EvidenceError) {
                if let entry = try trial.take(index, bytes), keeps { entries.append(entry) }
            }
            // What an earlier epoch had accepted and not published is in the epoch after it.
            if isNewest { try reader.forEachProvenEntry(take) } else { try reader.forEachSignedEntry(take) }
            // A writer that published in the meantime has begun a new tail, so the entries of the old one may have been
            // missed.
            if try LogReader(epoch, key: key).checkpoint == reader.checkpoint { break }
        }
        self = trial
        return entries
    }

    /// - Returns: the entry, unless it is of a stored recording or cannot be understood.
    private mutating func take(_ index: Int64, _ bytes: [UInt8]) throws(EvidenceError) -> LogEntry? {
        if let stored = StoredEntry(bytes) {
            try archives[stored.archive, default: Archive()].stored.add(stored.path, stored.sha256)
            return nil
        }
        guard let entry = try? LogEntry(bytes) else { return nil }
        begunTime = begunTime ?? entry.time
        let name = entry.text(.archive) ?? ""
        switch entry.type {
        case .archiveSealed, .archiveAdopted:
            guard let digest = entry.digest(.sha256) else { break }
            archives[name, default: Archive()].sealed = LoggedArchive.Sealing(
                digest: digest,
                recordings: entry.number(.recordings) ?? 0,
                byteCount: entry.number(.bytes)
            )
            archives[name]?.entry = index
            archives[name]?.damaged = nil
            if entry.type == .archiveAdopted { archives[name]?.isAdopted = true }
        case .damageFound, .recordingReplaced:
            guard entry.text(.detail) == LoggedArchive.leftSpool else {
                let count = entry.number(.recordings) ?? (entry.text(.detail) == "recordings" ? 1 : 0)
                archives[name]?.damaged = entry.type == .damageFound ? count : nil
                break
            }
            guard let path = entry.text(.path),
                let digest = entry.digest(.sha256)
            else { break }
            try archives[name, default: Archive()].stored.remove(path, digest.description)
        case .legacyAttached: takeLegacy(entry, index)
        case .dayClosed: if let day = entry.text(.day).flatMap({ ArchiveDay($0) }) { days[day] = entry.digest(.record) }
        case .dayReopened: if let day = entry.text(.day).flatMap({ ArchiveDay($0) }) { days[day] = .some(nil) }
        default: break
        }
        return entry
    }

    /// Whether the last that it says of a day is that it was closed with this record.
    func isClosed(with record: DayClose) throws -> Bool {
        let logged: ContentDigest? = days[record.day] ?? nil
        return try FileDigest.digest(of: record.json) == logged
    }

    private mutating func takeLegacy(_ entry: LogEntry, _ index: Int64) {
        guard let name = entry.text(.file), let digest = entry.digest(.sha256),
            let day = entry.text(.day).flatMap({ ArchiveDay($0) })
        else { return }
        legacyFiles.removeAll { $0.name == name }
        let sessions = entry.number(.count) ?? 0
        legacyFiles.append(LegacyFile(name: name, day: day, digest: digest, sessions: sessions, entry: index))
    }
}

/// The logs of a root, read as above, and the faults of those that could not be read.
package struct LogLedgers: Sendable {
    private var ledgers: [OrganizationName: LogLedger] = [:]
    /// Logs that are not sound, or gone: nothing can be compared with them.
    package private(set) var faults: [ArchiveFault] = []

    package init() {}

    subscript(organization: OrganizationName) -> LogLedger? { ledgers[organization] }

    /// Those that could be read, by name.
    var all: [(key: OrganizationName, value: LogLedger)] { ledgers.sorted { $0.key < $1.key } }

    /// Whether a log has a sealed archive of the day.
    package func knows(_ day: ArchiveDay, organization: OrganizationName?) -> Bool {
        ledgers.contains { name, ledger in
            guard organization == nil || organization == name else { return false }
            return ledger.archives.contains { $0.value.sealed != nil && ArchiveName($0.key)?.day == day }
        }
    }

    /// Reads the log of one organization, or all logs below the root. Writes nothing and takes no lock.
    /// - Parameter keyFile: the file with the key. If this account cannot read it, the key that a log names itself is
    ///   used.
    package static func read(
        _ root: ArchiveRoot,
        keyFile: LogKeyFile,
        organization: OrganizationName? = nil
    ) async throws(ArchiveError) -> LogLedgers {
        try await BlockingWork.run { _ throws(ArchiveError) in
            var all = LogLedgers()
            let present = Set(try FileSystem.names(in: root.logsPath).compactMap({ OrganizationName($0) }))
            for name in present where organization == nil || organization == name {
                all.read(name, LogFolder(name, in: root.logsPath), keyFile)
            }
            for name in remembered(by: keyFile).subtracting(present) where organization == nil || organization == name {
                guard let newest = try? keyFile.newest(name) else { continue }
                all.faults.append(ArchiveFault(missing: LogFolder(name, in: root.logsPath), of: name, newest))
            }
            return all
        }
    }

    /// The organizations of which this machine remembers a state of the log.
    static func remembered(by keyFile: LogKeyFile) -> Set<OrganizationName> {
        let parts = keyFile.path.split(separator: "/")
        guard let file = parts.last else { return [] }
        let names = (try? FileSystem.names(in: FileSystem.folder(of: keyFile.path))) ?? []
        let (prefix, suffix) = ("\(file).", ".newest")
        return Set(
            names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) && $0.count > prefix.count + suffix.count }
                .compactMap { OrganizationName(String($0.dropFirst(prefix.count).dropLast(suffix.count))) }
        )
    }

    private mutating func read(_ name: OrganizationName, _ folder: LogFolder, _ keyFile: LogKeyFile) {
        do throws(EvidenceError) {
            ledgers[name] = try LogLedger.read(folder, key: try folder.confirmedKey(keyFile))
            if let position = ledgers[name]?.position { try keyFile.requireNotOlder(position, of: name, in: folder) }
        } catch {
            faults.append(
                ArchiveFault(
                    kind: .evidence,
                    archive: "evidence log \(name)",
                    message: "\(error); run `callark log verify`"
                )
            )
        }
    }
}

extension ArchiveFault {
    /// A log that this machine remembers to have written, and that is gone.
    init(missing folder: LogFolder, of organization: OrganizationName, _ newest: LogPosition) {
        self.init(
            kind: .evidence,
            archive: "evidence log \(organization)",
            message: "\(folder.path) is missing, and had \(newest.size) entries: nothing says which archives were "
                + "sealed; put back a copy of the log"
        )
    }
}

extension LogFolder {
    /// The key that the log names, if the key file confirms it.
    /// - Returns: `nil` if there is no key file, or this account cannot read it.
    /// - Throws: `damaged` if it has another key: anybody can sign a log with a key of their own.
    package func confirmedKey(_ keyFile: LogKeyFile) throws(EvidenceError) -> NoteKey? {
        guard let secret = try? keyFile.key() else { return nil }
        let key = try publishedKey()
        guard key.publicKey == secret.publicKey else {
            throw EvidenceError(
                .damaged,
                "\(keyPath): it is another key than \(keyFile.path) has, so somebody else may have signed the log; restore the log or "
                    + "the key file from its copy, or, if the key is lost, run `callark log recover`",
                path: keyPath
            )
        }
        return key
    }
}
