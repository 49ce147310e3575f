import Files
import Manifest
import Recordings

/// The manifest of a root as this process has it: opened once, and used by readers and passes alike until it is closed.
///
/// It follows the file: if another process has put a new manifest in its place, as `rebuild` does, the next one who asks gets
/// that.
package actor SharedManifest {
    private let root: ArchiveRoot
    /// The evidence logs that get each act before the manifest has it.
    package nonisolated let logs: EvidenceLogs
    private var open: (manifest: Manifest, mode: Manifest.Mode, file: FileStatus)?

    /// Opens nothing yet.
    /// - Parameter logs: the root's evidence logs; `nil` for what they are if the configuration says nothing.
    package init(of root: ArchiveRoot, logs: EvidenceLogs? = nil) {
        self.root = root
        self.logs = logs ?? EvidenceLogs(root: root, setup: EvidenceLogs.Setup(of: root), actor: .service)
    }

    /// The manifest for reading. In a process that writes, it is the one for writing.
    /// - Throws: as `Manifest.init(path:mode:spool:recorder:)` for reading only; `ArchiveError` if the root has no identity.
    package func forReading() throws -> Manifest {
        try current() ?? opened(.readOnly)
    }

    /// The manifest for writing. Readers that have the one for reading keep it.
    /// - Throws: as `Manifest.init(path:mode:spool:recorder:)` for writing; `ArchiveError` if the root has no identity.
    package func forWriting() throws -> Manifest {
        if let manifest = try current(), open?.mode == .readWrite { return manifest }
        return try opened(.readWrite)
    }

    /// The manifest for a pass, which holds the lock: what a process that died has left in the log is in the file, and
    /// flushed with it.
    /// - Throws: as ``forWriting()``.
    func forPass() throws -> Manifest {
        guard let manifest = try current(), open?.mode == .readWrite else { return try opened(.readWrite) }
        try manifest.settleLog()
        return manifest
    }

    /// Writes the log back into the file and closes it. Whoever asks afterwards gets it opened anew.
    /// - Throws: `ManifestError`.
    package func close() throws {
        guard let manifest = open?.manifest else { return }
        open = nil
        try manifest.close()
    }

    /// The open one, unless another file is in its place by now.
    private func current() throws -> Manifest? {
        guard let open, let file = try FileSystem.status(of: root.manifestPath), file.isSameFile(as: open.file) else {
            return nil
        }
        return open.manifest
    }

    private func opened(_ mode: Manifest.Mode) throws -> Manifest {
        let manifest = try Manifest(of: root, mode: mode, recorder: mode == .readWrite ? logs.recorder : nil)
        open = try FileSystem.status(of: root.manifestPath).map { (manifest, mode, $0) }
        return manifest
    }
}
