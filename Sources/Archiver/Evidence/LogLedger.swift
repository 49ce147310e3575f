import DailyArchive
import Evidence
import Files
import Recordings

/// What a whole evidence log says, its epochs one after the other: read from end to end, and every entry of a checkpoint
/// compared with what the checkpoint signs.
package struct LogLedger: Sendable {
    /// What it says about one archive.
    struct Archive: Sendable {
        /// The recordings in it.
        var stored = ContentSum()
        /// What it was sealed or adopted as last, and the number of that entry.
        var sealed: LoggedArchive.Sealing?
        var entry: Int64 = 0
        /// Whether it is from before the log, or was put into the root: its recordings may be in no entry.
        var isAdopted = false
    }

    /// By name.
    private(set) var archives: [String: Archive] = [:]
    /// The SHA-256 of each closed day's record; `nil` for one that was opened again.
    private(set) var days: [ArchiveDay: ContentDigest?] = [:]
    /// When the first epoch began.
    private(set) var begunTime: Timestamp?
    /// The last state that was signed.
    private(set) var position: LogPosition?

    /// Reads the log in `folder`.
    /// - Parameters:
    ///   - key: what signatures of its newest epoch are checked with; `nil` for the key that it names itself.
    ///   - body: called with each entry but those of stored recordings.
    /// - Throws: `missing`; `damaged` if the newest epoch does not hold. What is left of an earlier one that does not hold is
    ///   passed over: it may be why there is another one.
    static func read(
        _ folder: LogFolder,
        key: NoteKey?,
        _ body: (LogEntry) throws(EvidenceError) -> Void = { _ throws(EvidenceError) in }
    ) throws(EvidenceError) -> LogLedger {
        var ledger = LogLedger()
        var epochs = [folder]
        while let previous = epochs.last?.previous, previous.exists { epochs.append(previous) }
        for epoch in epochs.reversed() {
            do throws(EvidenceError) {
                let entries = try ledger.read(epoch, key: epoch == folder ? key : nil)
                for entry in entries { try body(entry) }
            } catch {
                guard error.code == .damaged, epoch != folder else { throw error }
            }
        }
        return ledger
    }

    /// How often a log is read again that was published to meanwhile.
    private static let mostReadings = 5

    /// Adds an epoch.
    /// - Returns: its entries but those of stored recordings.
    private mutating func read(_ epoch: LogFolder, key: NoteKey?) throws(EvidenceError) -> [LogEntry] {
        var (trial, entries) = (self, [LogEntry]())
        for _ in 0..<Self.mostReadings {
            (trial, entries) = (self, [])
            let reader = try LogReader(epoch, key: key)
            trial.position = reader.position
            try reader.forEachProvenEntry { index, bytes throws(EvidenceError) in
                if let entry = try trial.take(index, bytes) { entries.append(entry) }
            }
            // Whoever has published meanwhile has begun a new tail: what was in the old one was not seen.
            if try LogReader(epoch, key: key).checkpoint == reader.checkpoint { break }
        }
        self = trial
        return entries
    }

    /// - Returns: the entry, if it is no stored recording's and can be understood.
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
                recordings: entry.number(.recordings) ?? 0
            )
            archives[name]?.entry = index
            if entry.type == .archiveAdopted { archives[name]?.isAdopted = true }
        case .damageFound, .recordingReplaced:
            guard entry.text(.detail) == LoggedArchive.leftSpool, let path = entry.text(.path),
                let digest = entry.digest(.sha256)
            else { break }
            try archives[name, default: Archive()].stored.remove(path, digest.description)
        case .dayClosed: if let day = entry.text(.day).flatMap({ ArchiveDay($0) }) { days[day] = entry.digest(.record) }
        case .dayReopened: if let day = entry.text(.day).flatMap({ ArchiveDay($0) }) { days[day] = .some(nil) }
        default: break
        }
        return entry
    }
}

/// The logs of a root, read as above, and what is wrong with those that could not be.
package struct LogLedgers: Sendable {
    private var ledgers: [OrganizationName: LogLedger] = [:]
    /// Logs that do not hold: nothing can be compared with them.
    package private(set) var faults: [ArchiveFault] = []

    subscript(organization: OrganizationName) -> LogLedger? { ledgers[organization] }

    /// Reads the log of an organization, or all that are below the root. Nothing is written, and no lock is taken.
    /// - Parameter keyFile: where the key is; if this account cannot read it, the key that a log names itself has to do.
    package static func read(
        _ root: ArchiveRoot,
        keyFile: LogKeyFile,
        organization: OrganizationName? = nil
    ) async throws(ArchiveError) -> LogLedgers {
        try await BlockingWork.run { _ throws(ArchiveError) in
            var all = LogLedgers()
            for name in try FileSystem.names(in: root.logsPath).compactMap({ OrganizationName($0) })
            where organization == nil || organization == name {
                all.read(name, LogFolder(name, in: root.logsPath), keyFile)
            }
            return all
        }
    }

    private mutating func read(_ name: OrganizationName, _ folder: LogFolder, _ keyFile: LogKeyFile) {
        do throws(EvidenceError) {
            ledgers[name] = try LogLedger.read(folder, key: folder.confirmedKey(keyFile))
            if let known = try? keyFile.newest(name), let position = ledgers[name]?.position,
                known.origin == position.origin, known.size > position.size
            {
                throw EvidenceError(
                    .rolledBack,
                    "\(folder.path) has \(position.size) entries and had \(known.size): an older state was put back",
                    path: folder.path
                )
            }
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

extension LogFolder {
    /// The key that the log names, if it is that of the key file.
    /// - Returns: `nil` also if this account cannot read the file.
    package func confirmedKey(_ keyFile: LogKeyFile) -> NoteKey? {
        guard let secret = try? keyFile.key(), let key = try? publishedKey() else { return nil }
        return key.publicKey == secret.publicKey ? key : nil
    }
}
