import DailyArchive
import Evidence
import Files
import Foundation
import Logging
import Manifest
import Recordings

/// Makes a new manifest from the daily archives and the open archives in the spool. Every archive is read from end to
/// end and compared with everything that describes it. What is intact is added; what is not is named.
package struct Rebuild: Sendable {
    let root: ArchiveRoot
    private let schedule: AskSchedule
    private let logger: Logger
    /// What else has archives; `nil` if only the disk has.
    private let vault: (any VaultContents)?
    let actor: Actor?
    let logs: EvidenceLogs
    /// The IDs of the organizations that are known without an archive.
    let organizations: [OrganizationName: OrganizationID]

    /// The outcome.
    package struct Summary: Sendable {
        package var archives = 0
        package var recordings = 0
        package var stored = 0
        /// Archives from which nothing could be added. They stay where they are.
        package var unreadable: [ArchiveName] = []
        /// What is damaged in an archive, and each recording and archive that was not added.
        package var faults: [ArchiveFault] = []
        /// What else a person should know, such as which copy counts if two archives have a recording.
        package var remarks: [String] = []
        /// Where the previous manifest disagrees with the archives.
        package var contradictions = Contradictions()
        /// Why nothing was changed; `nil` if the new manifest is in place.
        package var refusal: Refusal?
        /// Where the previous manifest was moved to.
        package var previousManifest: String?
        /// The archives that only the vault has. Their recordings were not read.
        package var vaulted = 0
        /// What was asked of the vault.
        package var cost = VaultCost()
        /// The logs that came from the vault, and how each goes on.
        package var logs: [LogContinuation] = []
        /// The archives that an evidence log says were sealed and that are nowhere, with the number of recordings that each
        /// had. Each is among the faults.
        package var gone: [ArchiveName: Int64] = [:]
        /// How many of these recordings no other archive has.
        package var goneRecordings: Int64 = 0
    }

    /// Why the present manifest was left in place.
    package enum Refusal: Sendable {
        /// The archives contradict it.
        case contradicted
        /// It is intact, and agrees with the archives.
        case sound
    }

    /// - Parameters:
    ///   - actor: the actor on whose behalf it is done, for the log of events.
    ///   - logs: the evidence logs of the root; `nil` for the defaults.
    ///   - organizations: the IDs of the configured organizations, for those of which only the evidence log is left.
    ///   - vault: what else has archives. Those that the disk does not have are added by their metadata alone.
    package init(
        root: ArchiveRoot,
        schedule: AskSchedule,
        logger: Logger,
        actor: Actor? = nil,
        logs: EvidenceLogs? = nil,
        organizations: [OrganizationName: OrganizationID] = [:],
        vault: (any VaultContents)? = nil
    ) {
        self.organizations = organizations
        self.vault = vault
        self.actor = actor
        self.logs = logs ?? EvidenceLogs(root: root, setup: EvidenceLogs.Setup(of: root), actor: actor ?? .service)
        self.root = root
        self.schedule = schedule
        self.logger = logger
    }

    /// Rebuilds, and replaces the old manifest with the new one when that is complete. The old one is kept next to it.
    ///
    /// If the process dies before that, the old manifest is untouched and the next run makes the draft again.
    /// - Parameters:
    ///   - discardingOld: continues even if the old manifest is intact or contradicts the archives. Otherwise the
    ///     summary says so, and nothing is changed. A manifest that is missing or unreadable never prevents a rebuild.
    ///   - restoresRecords: fetches the evidence logs that this machine does not have from the vault, and continues the
    ///     listing from where it stopped. For a machine that has nothing else.
    ///   - progress: called with each archive before it is added.
    /// - Throws: `VaultError` if the vault cannot be read: the next run resumes. `ArchiveError` with code `locked` if a
    ///   pass is running. `ManifestError`, also with code `newer` if the old manifest is a later version's, or
    ///   `permission` if it may not be read.
    package func run(
        now: Timestamp,
        discardingOld: Bool = false,
        restoresRecords: Bool = false,
        progress: (ArchiveName) -> Void
    ) async throws -> Summary {
        try root.prepare()
        let lock = try PassLock.acquire(root)
        defer { withExtendedLifetime(lock) {} }
        let former = try formerManifest(discardingOld: discardingOld)
        let draft = root.manifestPath + ".rebuilding"
        try removeDatabase(at: draft)
        var summary = Summary()
        if restoresRecords, let vault {
            summary.logs = try await LogContinuation.restore(from: vault, logs, now: now)
        }
        let manifest = try Manifest.create(path: draft, spool: try root.identity().id)
        let elsewhere = try await ArchivesInVault.list(vault)
        var readable = root
        if let elsewhere { readable.elsewhere = elsewhere }
        let adopter = ArchiveAdopter(root: readable, manifest: manifest, schedule: schedule)
        let dayCloses = try await adoptSealed(adopter, elsewhere, &summary, now: now, progress)
        // Before the spool is changed.
        if let former {
            summary.contradictions = try await contradictions(of: former, manifest, elsewhere, isKept: !discardingOld)
            if !discardingOld { summary.refusal = refusal(former, summary.contradictions) }
            if summary.refusal != nil {
                try manifest.close()
                try removeDatabase(at: draft)
                return summary
            }
        }
        // A copy that does not count is not another recording.
        summary.recordings =
            try await manifest.sealedArchives().reduce(0) { $0 + $1.recordings }
            - manifest.displacedCopies().count
        let inSpool = try await loggedInSpool()
        summary.stored = try await adoptSpool(adopter, logs, &summary, now: now)
        try await findLostFromSpool(inSpool, in: manifest, &summary)
        summary.faults = try await adopter.standing(summary.faults)
        let ledgers = try await replay(into: manifest, elsewhere, &summary, isBare: restoresRecords, now: now)
        try addStrays(elsewhere, &summary)
        try await noteDamage(summary.faults, summary.gone, ledgers, in: manifest, now: now)
        try await dayCloses.restore(into: manifest, now: now)
        try await dayCloses.demandClosings(in: manifest, lackingIn: ledgers)
        if restoresRecords, let vault { try await restoreListing(into: manifest, from: vault) }
        try await manifest.appendEvent(summary.event(by: actor, at: now))
        try await logs.publish()
        try manifest.close()
        summary.previousManifest = try replaceManifest(with: draft, now: now)
        if let vault {
            summary.cost = vault.cost
            try await vault.removeFetched()
        }
        return summary
    }

    /// Adds files that are not where they belong to the faults, and archives of which only the side file is left.
    private func addStrays(_ elsewhere: ArchivesInVault?, _ summary: inout Summary) throws {
        summary.faults += try root.archives.misplaced().map { ArchiveFault(misplaced: $0.name, at: $0.path) }
        let named = Set(summary.gone.keys)
        summary.faults += try root.archives.lost().filter { elsewhere?[$0] == nil && !named.contains($0) }
            .map { ArchiveFault(lost: $0, at: root.archivePath($0)) }
    }

    /// Adds from the evidence logs what no archive has, and compares the archives with them.
    /// - Parameter isBare: whether this machine has nothing but the vault, so that nothing can be in its spool.
    /// - Returns: what each log says.
    private func replay(
        into manifest: Manifest,
        _ elsewhere: ArchivesInVault?,
        _ summary: inout Summary,
        isBare: Bool,
        now: Timestamp
    ) async throws -> [OrganizationName: LogLedger] {
        var ledgers: [OrganizationName: LogLedger] = [:]
        let known = Set(try await manifest.organizations().map(\.name))
        let logged = try FileSystem.names(in: root.logsPath).compactMap { OrganizationName($0) }
        let remembered = LogLedgers.remembered(by: logs.setup.keyFile)
        for organization in known.union(logged).union(remembered).sorted() {
            let folder = LogFolder(organization, in: root.logsPath)
            guard folder.exists else {
                addMissingLog(of: organization, folder, &summary)
                continue
            }
            let keyFile = logs.setup.keyFile
            let replay = try await logs.run { _ throws(EvidenceError) in
                try LogReplay.read(folder, key: try folder.confirmedKey(keyFile))
            }
            addOlderLog(replay.ledger, of: organization, folder, &summary)
            if !known.contains(organization), let id = organizations[organization] {
                _ = try await manifest.register(organization, id: id)
            }
            let isKnown = known.contains(organization) || organizations[organization] != nil
            // Explanations first: what is explained is not lost.
            if isKnown { try await replay.apply(to: manifest, organization, now: now) }
            try await findGone(organization, replay.ledger, in: manifest, elsewhere, &summary, now: now)
            try await findGoneFromSpool(organization, replay.ledger, in: manifest, &summary, isBare: isBare, now: now)
            // Nothing can be noted about an organization whose ID nobody knows.
            guard isKnown else { continue }
            ledgers[organization] = replay.ledger
            summary.remarks += replay.remarks
            try await LeafIndexing(folder: folder, organization: organization).note(in: manifest, logs)
            try await compare(organization, replay.ledger, with: manifest, &summary, now: now)
        }
        return ledgers
    }

    /// Compares the archives of the new manifest with what the log says was sealed.
    private func compare(
        _ organization: OrganizationName,
        _ ledger: LogLedger,
        with manifest: Manifest,
        _ summary: inout Summary,
        now: Timestamp
    ) async throws {
        var known: [ArchiveName] = []
        for archive in try await manifest.sealedArchives(organization: organization) {
            guard let logged = ledger.archives[archive.name.description], let sealed = logged.sealed else { continue }
            known.append(archive.name)
            guard sealed.digest != archive.digest else { continue }
            // Nothing counts any more in an archive that was damaged and replaced.
            let members = try await manifest.archivedRecordings(in: archive.name).collected()
            if !members.isEmpty, !members.contains(where: \.isCounting) { continue }
            let comparison = LogComparison(root: root, name: archive.name, entry: logged.entry, sealed: sealed)
            let faults = try await comparison.faults(archive.digest)
            summary.faults += faults
            var finding = ReadingFinding()
            (finding.faults, finding.ownFaults, finding.ownFault) = (faults.count, 1, faults.first?.message)
            try await manifest.noteRead(archive.name, finding, by: actor, now: now)
        }
        try await manifest.noteLogged(known)
    }

    /// - Returns: `nil` if there is none, or none that can be read.
    private func formerManifest(discardingOld: Bool) throws -> FormerManifest? {
        do throws(ManifestError) {
            return try FormerManifest.read(root.manifestPath)
        } catch {
            switch error.code {
            case .damaged, .inputOutput, .missing: return nil
            case .newer where discardingOld: return nil
            default: throw error
            }
        }
    }

    private func refusal(_ former: FormerManifest, _ contradictions: Contradictions) -> Refusal? {
        if !contradictions.isEmpty { return .contradicted }
        return former.isSound ? .sound : nil
    }

    /// Intact recordings of the spool's open archives stay stored: discarding them would lose what the provider may no
    /// longer have.
    private func adoptSpool(
        _ adopter: ArchiveAdopter,
        _ logs: EvidenceLogs,
        _ summary: inout Summary,
        now: Timestamp
    ) async throws -> Int {
        let writer = ArchiveWriter(root: root, logger: logger)
        var stored = 0
        for name in try root.openArchives() {
            do {
                stored += try await adoptOpen(name, writer, adopter, logs, now: now)
            } catch let error as ArchiveError where error.code == .damaged || error.code == .occupied {
                summary.faults.append(
                    ArchiveFault(
                        kind: .notTakenIn,
                        archive: name.description,
                        message: "\(name) in the spool was skipped: \(error.message)"
                    )
                )
            }
        }
        try await writer.close()
        return stored
    }

    private func adoptOpen(
        _ name: ArchiveName,
        _ writer: ArchiveWriter,
        _ adopter: ArchiveAdopter,
        _ logs: EvidenceLogs,
        now: Timestamp
    ) async throws -> Int {
        let recovery = try await writer.recover(name, known: nil)
        guard case .behind(let extent, let whole, _) = recovery, !whole.isEmpty else { return 0 }
        let spool = OrphanedOpenArchive(name: name, extent: extent, whole: whole)
        return try await spool.adopt(with: adopter, writer: writer, logs: logs, now: now)
    }

    /// - Returns: where the old manifest is now.
    private func replaceManifest(with draft: String, now: Timestamp) throws -> String? {
        // Closing has checkpointed the WAL, unless the disk failed, which SQLite does not report at that point. Without
        // its WAL the file would not be a manifest.
        try Manifest.settleLog(at: draft)
        if FileManager.default.fileExists(atPath: root.manifestPath) {
            do throws(ManifestError) {
                try Manifest.settleLog(at: root.manifestPath)
            } catch {
                // A manifest that cannot be opened keeps its WAL as it is. One that is only temporarily unavailable is
                // not moved aside.
                if error.code == .busy || error.code == .full { throw error }
            }
        }
        return try root.replaceManifest(with: draft, at: now)
    }

    private func removeDatabase(at path: String) throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            do {
                try FileManager.default.removeItem(atPath: path + suffix)
            } catch {
                throw ArchiveError(.permission, "cannot remove \(path + suffix)", path: path + suffix)
            }
        }
    }
}

extension Rebuild.Summary {
    fileprivate func event(by actor: Actor?, at time: Timestamp) -> Event {
        var detail = [
            "archives": String(archives), "faults": String(faults.count), "recordings": String(recordings),
            "stored": String(stored),
        ]
        if !gone.isEmpty { detail["gone"] = String(gone.count) }
        return Event(time: time, kind: .manifestRebuilt, detail: detail, by: actor)
    }
}
