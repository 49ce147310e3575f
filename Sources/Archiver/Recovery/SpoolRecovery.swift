import DailyArchive
import Evidence
import Files
import Manifest
import Recordings

/// What a process does first when it holds the root: makes the disk and the manifest agree, at whatever moment the last
/// process died, and however much older than the archives the manifest is. Nothing intact on the disk is discarded, and
/// nothing in an archive that is open in another root's spool is called lost. `ArchiveRecovery` (module DailyArchive)
/// decides what to keep of a single torn archive.
struct SpoolRecovery: Sendable {
    let context: PassContext

    private var adopter: ArchiveAdopter {
        ArchiveAdopter(root: context.root, manifest: context.manifest, schedule: nil)
    }

    /// - Returns: archives that were sealed, but not yet recorded in the manifest as sealed.
    func run() async throws -> [SealedArchiveSummary] {
        var sealed: [SealedArchiveSummary] = []
        try context.root.removeReturnedDrafts()
        try await takeOver()
        for open in try await context.manifest.openArchives() {
            if let day = try await recover(open) { sealed.append(day) }
        }
        for name in try await context.manifest.damagedOpenArchives() { try await context.recoverDamaged(name) }
        try await adoptSealed()
        let open = Set(try await context.manifest.openArchives().map(\.name))
        for name in try context.root.openArchives() where !open.contains(name) {
            try await adoptOpen(name)
        }
        // Another archive may have what the spool lost.
        for copy in try await adopter.reinstate(DisplacementFilter(reason: .duplicate), now: context.now()) {
            context.observer(
                .recovered(copy.archive, "task \(copy.key.taskID): \(copy.file) is whole there, and counts")
            )
        }
        return sealed
    }

    /// An archive whose files are in this spool belongs to it, whatever identity the root had when it was opened.
    private func takeOver() async throws {
        let known = Set(try await context.manifest.openArchives().map(\.name))
        let strange = try context.root.openArchives().filter { !known.contains($0) }
        guard !strange.isEmpty else { return }
        for name in try await context.manifest.takeOver(strange, now: context.now()) {
            context.observer(.recovered(name, "taken over: it was opened when this root had another identity"))
        }
    }

    /// Archives that the manifest does not know, in order of their names, added as a rebuild adds them.
    private func adoptSealed() async throws {
        let present = try context.root.archives.list()
        guard !present.isEmpty else { return }
        let known = Set(try await context.manifest.sealedArchives().map(\.name))
        var dayCloses = DayCloses()
        for name in present where !known.contains(name) { dayCloses.add(try await adopt(name), of: name) }
        try await dayCloses.restore(into: context.manifest, now: context.now())
    }

    /// - Returns: the record of its day, if the archive closes it.
    @discardableResult
    private func adopt(_ name: ArchiveName) async throws -> DayClose? {
        let outcome = try await adopter.adopt(name, now: context.now())
        for fault in outcome.faults { context.observer(.recovered(name, "\(fault)")) }
        for remark in outcome.remarks { context.observer(.recovered(name, remark)) }
        if let recordings = outcome.recordings {
            // If the vault has it already, the vault's step finds that copy.
            if context.vault != nil { try await context.manifest.demandVault([name], isRequired: true) }
            context.observer(.recovered(name, "added with \(recordings) recordings: the manifest did not know it"))
        }
        return outcome.dayClose
    }

    /// An archive that the manifest does not know: its intact recordings are stored.
    private func adoptOpen(_ name: ArchiveName) async throws {
        do {
            let recovery = try await context.writer.recover(name, known: nil)
            guard case .behind(let extent, let whole, _) = recovery else { return }
            let spool = OrphanedOpenArchive(name: name, extent: extent, whole: whole)
            let count = try await spool.adopt(
                with: adopter,
                writer: context.writer,
                logs: context.evidence,
                now: context.now()
            )
            let what = count == 0 ? "removed from the spool: it was empty" : "added: \(count) recordings"
            context.observer(.recovered(name, "\(what) that the manifest did not know"))
        } catch let error as ArchiveError where error.code == .damaged || error.code == .occupied {
            // For example the spool of an old backup next to the archive that was sealed from it.
            context.observer(.recovered(name, "left in the spool: \(error.message)"))
        } catch let error as ManifestError where error.code == .conflict {
            // For example a second archive of its day, opened when the root had another identity.
            context.observer(.recovered(name, "left in the spool: \(error.message)"))
        }
    }

    /// The remains of a large recording that has arrived since, or that is no longer wanted. There are few parts, but
    /// there may be any number of recordings.
    fileprivate func removeStaleParts() async throws {
        var stale = try context.root.parts()
        guard !stale.isEmpty else { return }
        for state in [RecordingState.pending, .failed, .damaged] {
            let rows = context.manifest.entries(ListFilter(state: .recording(state)), at: context.ignoringDeadlines)
            for try await case .recording(let row) in rows {
                stale.remove(context.root.partPath(for: row.key, organization: row.organization))
            }
        }
        for path in stale { try context.root.removePart(path) }
    }

    private func recover(_ open: OpenArchiveRow) async throws -> SealedArchiveSummary? {
        let recovery: RecoveryOutcome
        do throws(ArchiveError) {
            recovery = try await context.writer.recover(open.name, known: ArchiveExtent(open.extent))
        } catch {
            // It is sealed and in its place, but damaged: its intact recordings count.
            guard error.code == .damaged, try context.root.archives.list().contains(open.name) else { throw error }
            try await adopt(open.name)
            try await displaceDamaged(open.name)
            return nil
        }
        switch recovery {
        case .equal, .absent:
            return nil
        case .ahead(let extent, let adopted, let cutBack):
            try await note(open.name, extent, adopted, cutBack)
            return nil
        case .behind(let extent, let whole, _):
            try await context.noteRecovered(open.name, extent: extent, whole: whole)
            return nil
        case .sealed(let archive):
            if archive.recordingCount != open.recordings {
                try await adopt(open.name)
                return nil
            }
            let day = try await context.noteSealed(archive)
            // What the manifest knows was stored before it was sealed: an archive that disagrees was changed.
            if try await contradictsManifest(open.name) { try await displaceDamaged(open.name) }
            return day
        }
    }

    /// Whether the metadata of a sealed archive disagrees with the manifest about its recordings.
    private func contradictsManifest(_ name: ArchiveName) async throws -> Bool {
        var places: [Int64: ContentDigest] = [:]
        for try await held in context.manifest.archivedRecordings(in: name) { places[held.offset] = held.digest }
        for try await entry in try await ArchiveMetadata.open(name, in: context.root.archives).recordings
        where places.removeValue(forKey: entry.offset) != entry.stored.digest {
            return true
        }
        return !places.isEmpty
    }

    /// The metadata of an archive may be intact while its recordings are not: damaged recordings are wanted again.
    private func displaceDamaged(_ name: ArchiveName) async throws {
        var damaged: [DamagedRecording] = []
        for try await held in context.manifest.archivedRecordings(in: name) where held.isCounting {
            if try await adopter.isWhole(name, held.offset, held.byteCount, held.digest) { continue }
            damaged.append(DamagedRecording(archive: name, taskID: held.taskID, offset: held.offset))
            context.observer(.recovered(name, "task \(held.taskID): \(held.file) is damaged and is fetched again"))
        }
        try await context.manifest.noteDamaged(damaged, now: context.now())
    }

    private func note(
        _ name: ArchiveName,
        _ extent: ArchiveExtent,
        _ adopted: [RecordingEntry],
        _ cutBack: Int64
    ) async throws {
        if !adopted.isEmpty {
            let found = try await context.evidence.run { logs throws(EvidenceError) in
                try logs.noteFound(adopted, in: name)
            }
            try await context.manifest.noteAdopted(
                name,
                extent: ArchiveExtentRow(extent),
                recordings: adopted,
                schedule: nil,
                now: context.now()
            )
            try await context.manifest.noteLeaves(found.leaves, of: name.organization)
            _ = try await adopter.chooseCopies(in: name, now: context.now())
            context.observer(.recovered(name, "\(adopted.count) whole recordings that had not been noted are stored"))
        }
        if cutBack > 0 {
            context.observer(.recovered(name, "cut back by \(cutBack) bytes that had not been stored"))
        }
    }
}

extension PassContext {
    /// Makes the disk and the manifest agree before anything builds on them: by a recovery, unless this process has
    /// already made one and all its work since has finished.
    ///
    /// The caller calls ``SpoolAgreement/settle()`` when its own work has finished.
    /// - Parameter isAsked: recovers in any case.
    /// - Returns: archives that were sealed, but not yet recorded in the manifest as sealed.
    func recover(isAsked: Bool = false) async throws -> [SealedArchiveSummary] {
        let recovery = SpoolRecovery(context: self)
        let isAgreed = agreement.claim()
        var sealed: [SealedArchiveSummary] = []
        if isAsked || !isAgreed {
            sealed = try await recovery.run()
            try await agreeWithLogs()
        }
        try await recovery.removeStaleParts()
        disk.expectSealing(journalBytes: try await manifest.openArchives().reduce(0) { $0 + $1.extent.journalBytes })
        return sealed
    }
}

extension CallArchive {
    /// Recovers the spool, and adds what else appeared on the disk, regardless of when that was last done.
    /// - Returns: archives that were sealed, but not yet recorded in the manifest as sealed.
    /// - Throws: `ArchiveError`, `ManifestError`.
    @discardableResult
    package func recover() async throws -> [SealedArchiveSummary] {
        let sealed = try await context.recover(isAsked: true)
        try await context.writer.close()
        context.agreement.settle()
        return sealed
    }
}
