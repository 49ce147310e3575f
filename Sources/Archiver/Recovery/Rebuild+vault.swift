import DailyArchive
import Files
import Foundation
import Manifest
import Recordings

extension Rebuild {
    /// How many archives' metadata is fetched at the same time.
    private static let fetchedAtOnce = 16

    /// Archives that are added together, and what was read of each.
    private struct Batch: Sendable {
        var names: ArraySlice<ArchiveName>
        /// Of those on the disk.
        var reports: [ArchiveName: VerificationReport]
        /// The metadata of those that are not whole on the disk and that the vault has.
        var fetched: [ArchiveName: any ByteSource]
    }

    /// Adds all sealed archives, in the order of their names: those on the disk are read from end to end; of those that only
    /// the vault has, only the metadata is read. While some are added, the next ones are read.
    /// - Returns: the records of the days that they close.
    func adoptSealed(
        _ adopter: ArchiveAdopter,
        _ vaulted: ArchivesInVault?,
        _ summary: inout Summary,
        now: Timestamp,
        _ progress: (ArchiveName) -> Void
    ) async throws -> DayCloses {
        let onDisk = Set(try adopter.root.archives.list())
        let names = onDisk.union(vaulted?.archives.map(\.name) ?? []).sorted()
        let width = onDisk.count < names.count ? Self.fetchedAtOnce : ProcessInfo.processInfo.activeProcessorCount
        var dayCloses = DayCloses()
        var waiting = names[...]
        try await withThrowingTaskGroup(of: Batch.self) { group in
            func begin() {
                let next = waiting.prefix(width)
                waiting = waiting.dropFirst(width)
                guard !next.isEmpty else { return }
                group.addTask { try await prepare(next, onDisk, adopter, vaulted) }
            }
            begin()
            while let batch = try await group.next() {
                begin()
                for name in batch.names {
                    progress(name)
                    let isOnDisk = onDisk.contains(name)
                    let outcome = try await add(name, of: batch, isOnDisk: isOnDisk, adopter, vaulted, now: now)
                    if outcome.recordings != nil, batch.fetched[name] != nil { summary.vaulted += 1 }
                    dayCloses.add(outcome.dayClose, of: name)
                    if outcome.recordings == nil { summary.unreadable.append(name) } else { summary.archives += 1 }
                    summary.faults += outcome.faults
                    summary.remarks += outcome.remarks
                }
            }
        }
        return dayCloses
    }

    private func prepare(
        _ names: ArraySlice<ArchiveName>,
        _ onDisk: Set<ArchiveName>,
        _ adopter: ArchiveAdopter,
        _ vaulted: ArchivesInVault?
    ) async throws -> Batch {
        let reports = try await adopter.verify(names.filter(onDisk.contains))
        let fetched = try await fetch(names.filter { reports[$0]?.isWhole != true }, vaulted)
        return Batch(names: names, reports: reports, fetched: fetched)
    }

    private func add(
        _ name: ArchiveName,
        of batch: Batch,
        isOnDisk: Bool,
        _ adopter: ArchiveAdopter,
        _ vaulted: ArchivesInVault?,
        now: Timestamp
    ) async throws -> ArchiveAdopter.Outcome {
        var outcome: ArchiveAdopter.Outcome
        if let archive = vaulted?[name], let source = batch.fetched[name] {
            outcome = try await adopt(archive, source, vaulted, adopter, now: now)
            // What is damaged on the disk stays so until it is repaired.
            outcome.faults += batch.reports[name]?.faults ?? []
        } else {
            outcome = try await adopter.adopt(name, verified: batch.reports[name], now: now)
        }
        if outcome.recordings != nil, let vaulted {
            try await noteCopy(of: name, in: vaulted, isOnDisk, adopter, &outcome, now: now)
        }
        if !isOnDisk, let archive = vaulted?[name] { try await takeName(of: archive, in: adopter.root) }
        return outcome
    }

    /// Notes that the vault has an archive. If it does not, or not under a lock, the next pass puts what is on the disk there:
    /// nothing says any more whether it counted as archived before there was a vault.
    private func noteCopy(
        of name: ArchiveName,
        in vaulted: ArchivesInVault,
        _ isOnDisk: Bool,
        _ adopter: ArchiveAdopter,
        _ outcome: inout ArchiveAdopter.Outcome,
        now: Timestamp
    ) async throws {
        let isUnlocked = vaulted.isUnlocked(name)
        if isUnlocked {
            outcome.remarks.append("the vault does not say that its copy of \(name) is locked; the next pass locks it")
        }
        guard let copy = vaulted[name]?.copy, !isUnlocked || !isOnDisk else {
            return try await adopter.manifest.demandVault([name], isRequired: true)
        }
        do {
            try await adopter.manifest.restoreVaulted(name, copy, isOnDisk: isOnDisk, now: now)
        } catch let error as ManifestError where error.code == .conflict {
            outcome.faults.append(ArchiveFault(kind: .notTakenIn, archive: "\(name)", message: error.message))
        }
    }

    /// Writes the side file of an archive that only the vault has, as an eviction leaves it: so the next archive of the day
    /// gets another name, even if this one could not be added.
    private func takeName(of archive: ArchiveInVault, in root: ArchiveRoot) async throws(ArchiveError) {
        try await BlockingWork.run { _ throws(ArchiveError) in
            let recorded = try? root.archives.recordedDigest(of: archive.name)
            guard recorded != archive.copy.digest else { return }
            try FileSystem.createFolder(FileSystem.folder(of: root.archivePath(archive.name)))
            try root.archives.restoreSideFile(of: archive.name, digest: archive.copy.digest)
        }
    }

    private func fetch(
        _ names: [ArchiveName],
        _ vaulted: ArchivesInVault?
    ) async throws -> [ArchiveName: any ByteSource] {
        guard let vaulted else { return [:] }
        return try await withThrowingTaskGroup(of: (ArchiveName, any ByteSource).self) { group in
            for name in names {
                guard let archive = vaulted[name] else { continue }
                group.addTask { (name, try await vaulted.openMetadata(of: archive, again: false)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// Adds one archive by the metadata that the vault has.
    private func adopt(
        _ archive: ArchiveInVault,
        _ source: any ByteSource,
        _ vaulted: ArchivesInVault?,
        _ adopter: ArchiveAdopter,
        now: Timestamp
    ) async throws -> ArchiveAdopter.Outcome {
        var source = source
        for isLast in [false, true] {
            do {
                let metadata = try await ArchiveMetadata.open(
                    source,
                    recorded: archive.copy.digest,
                    from: archive.metadataOffset
                )
                return try await adopter.adopt(metadata, of: archive.name, at: source.name, now: now)
            } catch let error as ArchiveError where error.code == .damaged {
                // An earlier run may have been killed while it fetched it.
                if !isLast, let vaulted {
                    try await adopter.manifest.undoAdoption(archive.name, now: now)
                    source = try await vaulted.openMetadata(of: archive, again: true)
                    continue
                }
                return try await adopter.leaveOut(archive.name, error.message, now: now)
            } catch let error as ManifestError where error.code == .conflict {
                return try await adopter.leaveOut(archive.name, error.message, now: now)
            }
        }
        return try await adopter.leaveOut(archive.name, "its metadata cannot be read", now: now)
    }

    /// Has the next pass list from where everything before is in the archives: what was in the spool of the lost machine has
    /// to be found again.
    func restoreListing(into manifest: Manifest, from vault: any VaultContents) async throws {
        let path = "\(root.spoolPath)/rebuild-manifest.tmp"
        func remove() { for suffix in ["", "-wal", "-shm"] { try? FileSystem.remove(path + suffix) } }
        defer { remove() }
        remove()
        guard let put = try await vault.fetchSnapshot(to: path) else { return }
        do {
            let former = try Manifest(path: path, mode: .readWrite, spool: manifest.spool)
            for organization in try await manifest.organizations().map(\.name) {
                guard let listing = try await former.listingAfterLoss(organization) else { continue }
                let through = min(listing.through, put)
                // Nothing of it counts, for example if the store's clock is wrong: then the next pass reaches back too.
                if let from = listing.from, through <= from { continue }
                try await manifest.setWatermark(organization, listedFrom: listing.from, listedThrough: through)
            }
            try former.close()
        } catch let error as ManifestError where [.damaged, .newer, .conflict, .inputOutput].contains(error.code) {
            // Then the next pass reaches back as far as a first one.
            return
        }
    }
}
