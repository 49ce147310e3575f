import Files
import Manifest
import Recordings

/// The manifest of a root in this process: opened once, and shared by readers and passes until it is closed.
///
/// It follows the file: if another process has replaced the manifest, as `rebuild` does, the next caller gets the new
/// one.
package actor SharedManifest {
    private let root: ArchiveRoot
    /// The evidence logs, which get each act before the manifest does.
    package nonisolated let logs: EvidenceLogs
    private let onUpgrade: (@Sendable () -> Void)?
    private var open: (manifest: Manifest, mode: Manifest.Mode, file: FileStatus)?

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
        try current() ?? opened(.readOnly)
    }

    /// The manifest for writing. Readers that already have one for reading keep it.
    /// - Throws: as `Manifest.init(path:mode:spool:recorder:onUpgrade:)` for writing; `ArchiveError` if the root has no identity.
    package func forWriting() throws -> Manifest {
        if let manifest = try current(), open?.mode == .readWrite { return manifest }
        return try opened(.readWrite)
    }

    /// The manifest for a pass, which holds the lock. Whatever a dead process left in the WAL is in the file and
    /// flushed.
    /// - Throws: as ``forWriting()``.
    func forPass() throws -> Manifest {
        guard let manifest = try current(), open?.mode == .readWrite else { return try opened(.readWrite) }
        try manifest.settleLog()
        return manifest
    }

    /// Checkpoints the WAL into the file and closes it. The next caller gets it opened again.
    /// - Throws: `ManifestError`.
    package func close() throws {
        guard let manifest = open?.manifest else { return }
        open = nil
        try manifest.close()
    }

    /// The open manifest, unless the file has been replaced.
    private func current() throws -> Manifest? {
        guard let open, let file = try FileSystem.status(of: root.manifestPath), file.isSameFile(as: open.file) else {
            return nil
        }
        return open.manifest
    }

    private func opened(_ mode: Manifest.Mode) throws -> Manifest {
        let recorder = mode == .readWrite ? logs.recorder : nil
        let manifest = try Manifest(of: root, mode: mode, recorder: recorder, onUpgrade: onUpgrade)
        open = try FileSystem.status(of: root.manifestPath).map { (manifest, mode, $0) }
        return manifest
    }
}
