import DailyArchive
import Files
import Foundation
import Manifest
import Recordings

extension Rebuild {
    /// How many archives' metadata is fetched at the same time.
    private static let fetchedAtOnce = 16

    /// Adds all sealed archives, in the order of their names: those on the disk are read from end to end; of those that only
    /// the vault has, only the metadata is read.
    /// - Returns: the records of the days that they close.
    func adoptSealed(
        _ adopter: ArchiveAdopter,
        _ vaulted: ArchivesInVault?,
        _ summary: inout Summary,
        now: Timestamp,
        _ progress: (ArchiveName) -> Void
    ) async throws -> DayCloses {
        let onDisk = Set(try adopter.root.archives.list())
        let names = onDisk.union(vaulted?.archives.map(\.name) ?? [])
        let width = onDisk.count < names.count ? Self.fetchedAtOnce : ProcessInfo.processInfo.activeProcessorCount
        var dayCloses = DayCloses()
        var waiting = names.sorted()[...]
        while !waiting.isEmpty {
            let batch = waiting.prefix(width)
            waiting = waiting.dropFirst(batch.count)
            batch.forEach(progress)
            let reports = try await adopter.verify(batch.filter(onDisk.contains))
            let fetched = try await fetch(batch.filter { reports[$0]?.isWhole != true }, vaulted)
            for name in batch {
                var outcome: ArchiveAdopter.Outcome
                if let archive = vaulted?[name], let source = fetched[name] {
                    outcome = try await adopt(archive, source, vaulted, adopter, now: now)
                    // What is damaged on the disk stays so until it is repaired.
                    outcome.faults += reports[name]?.faults ?? []
                    if outcome.recordings != nil { summary.vaulted += 1 }
                } else {
                    outcome = try await adopter.adopt(name, verified: reports[name], now: now)
                }
                if outcome.recordings != nil, let vaulted {
                    try await noteCopy(of: name, in: vaulted, onDisk.contains(name), adopter, &outcome, now: now)
                }
                if !onDisk.contains(name), let archive = vaulted?[name] {
                    try await takeName(of: archive, in: adopter.root)
                }
                dayCloses.add(outcome.dayClose, of: name)
                if outcome.recordings == nil { summary.unreadable.append(name) } else { summary.archives += 1 }
                summary.faults += outcome.faults
                summary.remarks += outcome.remarks
            }
        }
        return dayCloses
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
                try await manifest.setWatermark(organization, listedFrom: listing.from, listedThrough: through)
            }
            try former.close()
        } catch let error as ManifestError where [.damaged, .newer, .conflict, .inputOutput].contains(error.code) {
            // Then the next pass reaches back as far as a first one.
            return
        }
    }
}
