import Files
import Manifest
import Recordings

/// The archives that the manifest knows to be in the vault: what a root reads that the disk does not have.
package struct VaultedArchives: ArchivesElsewhere {
    private let vault: any ArchiveVault
    private let manifest: SharedManifest

    /// Opens nothing yet.
    package init(_ vault: any ArchiveVault, known manifest: SharedManifest) {
        self.vault = vault
        self.manifest = manifest
    }

    package func open(_ name: ArchiveName) throws(ArchiveError) -> (any ByteSource)? {
        let copy: VaultedArchive?
        do {
            copy = try manifest.vaultedArchive(name)
        } catch {
            throw ArchiveError(.inputOutput, "cannot look up \(name) in the manifest: \(error)", path: "\(name)")
        }
        guard let copy else { return nil }
        return try vault.open(name, copy)
    }
}
