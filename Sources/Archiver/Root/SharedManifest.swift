import Files
import Manifest
import Recordings
import Synchronization

/// The manifest of a root in this process: opened once, and shared by readers and passes until it is closed.
///
/// It follows the file: if another process has replaced the manifest, as `rebuild` does, the next caller gets the new
/// one.
package actor SharedManifest {
    private let root: ArchiveRoot
    /// The evidence logs, which get each act before the manifest does.
    package nonisolated let logs: EvidenceLogs
    private let onUpgrade: (@Sendable () -> Void)?
    private var present: (manifest: Manifest, mode: Manifest.Mode, file: FileStatus)?
    /// The manifest that was opened last, for those that cannot wait for a turn; `nil` while none is open.
    private nonisolated let opened = Mutex<Manifest?>(nil)

    /// Opens nothing yet.
    /// - Parameters:
    ///   - logs: the root's evidence logs; `nil` for the defaults.
    ///   - onUpgrade: is called before a manifest of an earlier version is brought up to date, which can take minutes.
    package init(of root: ArchiveRoot, logs: EvidenceLogs? = nil, onUpgrade: (@Sendable () -> Void)? = nil) {
        self.root = root
        self.onUpgrade = onUpgrade
        self.logs = logs ?? EvidenceLogs(root: root, setup: EvidenceLogs.Setup(of: root), actor: .service)
    }

    /// The manifest for reading. In a process that writes, this is the one for writing.
    /// - Throws: as `Manifest.init(path:mode:spool:recorder:onUpgrade:)` for reading only; `ArchiveError` if the root has no identity.
    package func forReading() throws -> Manifest {
        try current() ?? open(.readOnly)
    }

    /// The manifest for writing. Readers that already have one for reading keep it.
    /// - Throws: as `Manifest.init(path:mode:spool:recorder:onUpgrade:)` for writing; `ArchiveError` if the root has no identity.
    package func forWriting() throws -> Manifest {
        if let manifest = try current(), present?.mode == .readWrite { return manifest }
        return try open(.readWrite)
    }

    /// The manifest for a pass, which holds the lock. Whatever a dead process left in the WAL is in the file and
    /// flushed.
    /// - Throws: as ``forWriting()``.
    func forPass() throws -> Manifest {
        guard let manifest = try current(), present?.mode == .readWrite else { return try open(.readWrite) }
        try manifest.settleLog()
        return manifest
    }

    /// Checkpoints the WAL into the file and closes it. The next caller gets it opened again.
    /// - Throws: `ManifestError`.
    package func close() throws {
        guard let manifest = present?.manifest else { return }
        present = nil
        opened.withLock { $0 = nil }
        try manifest.close()
    }

    /// The open manifest, unless the file has been replaced.
    private func current() throws -> Manifest? {
        guard let present, let file = try FileSystem.status(of: root.manifestPath), file.isSameFile(as: present.file)
        else {
            return nil
        }
        return present.manifest
    }

    /// What the manifest that was opened last knows of an archive's copy in the vault. Blocks.
    /// - Returns: `nil` if none is open, or if the vault is not known to have it.
    nonisolated func vaultedArchive(_ name: ArchiveName) throws -> VaultedArchive? {
        try opened.withLock { $0 }?.vaultedArchive(name)
    }

    private func open(_ mode: Manifest.Mode) throws -> Manifest {
        if mode == .readWrite { try root.requireOwnAccount() }
        let recorder = mode == .readWrite ? logs.recorder : nil
        // Looked at before it is opened: if it is replaced in between, the next caller opens the new one.
        let before = try FileSystem.status(of: root.manifestPath)
        let manifest = try Manifest(of: root, mode: mode, recorder: recorder, onUpgrade: onUpgrade)
        present = try (before ?? FileSystem.status(of: root.manifestPath)).map { (manifest, mode, $0) }
        opened.withLock { $0 = manifest }
        return manifest
    }
}
