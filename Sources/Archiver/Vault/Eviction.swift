import Files
import Manifest
import Recordings

/// Removes archives from the disk that the vault has and that have been there long enough. What the manifest says comes
/// first: if the process dies in between, a file remains that nothing needs, and the next pass removes it. The
/// other way round, a missing file would look like damage.
///
/// The side file stays, so that the day's next archive gets another number, and so that an archive that comes back can be
/// compared with it.
///
/// What was confirmed once may be gone since, or the configuration may name another vault by now: so each copy is asked for
/// right before its file is removed.
struct Eviction: Sendable {
    let organization: OrganizationName
    let vault: any ArchiveVault
    let rules: VaultRules
    let context: PassContext

    func run(_ finding: inout VaultFinding) async throws {
        let limit = rules.keepLocal.map { context.rules.day(of: context.now() - $0) }
        try await finish(before: limit)
        guard let limit else { return }
        let rows = try await context.manifest.archivesToEvict(organization: organization, before: limit)
        // It may have turned out since then that the lock is not real.
        if !rows.isEmpty { try await vault.requireLock() }
        for row in rows {
            if context.stop.isMade { return }
            guard try await holds(row, &finding) else { continue }
            // A day is over before its archives are evicted, even if they need not stay at all.
            guard try await context.manifest.noteEvicted(row.name, now: context.now()) else { continue }
            guard try await remove(row.name) else {
                try await context.manifest.noteReturned(row.name)
                continue
            }
            finding.evicted.append(row.name)
            context.observer(.evicted(row.name))
        }
    }

    /// Whether the vault has a copy now, locked as it was promised. One that is gone is put again by the next pass; one that
    /// has lost its lock gets it back now.
    private func holds(_ row: ArchiveRow, _ finding: inout VaultFinding) async throws -> Bool {
        guard let copy = row.vault?.confirmed else { return false }
        let fault = try await context.stop.cancelling { [vault] in try await vault.fault(of: row.name, copy) }
        guard let fault else { return true }
        guard fault.isDamaged else {
            try await context.manifest.noteVaultUnlocked(row.name, fault.message, now: context.now())
            try await CopyLocking(vault: vault, context: context).run(row, &finding)
            return true
        }
        try await context.manifest.noteVaultDamage(row.name, fault.message, now: context.now())
        finding.fail(VaultError(.missing, fault.message))
        return false
    }

    /// Ends what a crash has left half done, and takes back what a person has copied back to stay.
    private func finish(before limit: ArchiveDay?) async throws {
        for row in try await context.manifest.evictedArchives(organization: organization)
        where try context.root.archives.byteCount(of: row.name) != nil {
            let isLate = limit.map { row.name.day < $0 } ?? false
            if isLate, try await remove(row.name) { continue }
            try await context.manifest.noteReturned(row.name)
        }
    }

    /// - Returns: whether the file is gone; not while somebody reads it.
    private func remove(_ name: ArchiveName) async throws(ArchiveError) -> Bool {
        try await BlockingWork.run { [root = context.root] _ throws(ArchiveError) in
            try root.archives.evict(name)
        }
    }
}
