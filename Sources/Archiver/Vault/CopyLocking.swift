import Evidence
import Files
import Manifest
import Recordings

/// Locks a copy in the vault that has no lock, or has lost it.
struct CopyLocking: Sendable {
    let vault: any ArchiveVault
    let context: PassContext

    /// First the store, then the evidence log, then the manifest: doing it again changes nothing.
    func run(_ row: ArchiveRow, _ finding: inout VaultFinding) async throws(VaultError) {
        guard let copy = row.vault?.confirmed else { return }
        let locked: VaultedArchive
        do {
            locked = try await context.stop.cancelling { [vault] in try await vault.lockAgain(row.name, copy) }
        } catch let error as VaultError {
            throw error
        } catch {
            throw VaultError(.cancelled, "stopped while the copy of \(row.name) was locked")
        }
        do {
            try await context.evidence.run { [place = vault.place] logs throws(EvidenceError) in
                try logs.notePlaced(row.name, locked, in: place)
            }
            try await context.manifest.noteVaultLocked(row.name, locked, now: context.now())
        } catch {
            throw VaultError(.local, "the copy of \(row.name) is locked, but that could not be noted: \(error)")
        }
        finding.locked.append(row.name)
    }
}
