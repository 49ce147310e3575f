import Files
import Manifest

extension Manifest {
    /// Opens the manifest of an archive root, on behalf of that root's spool.
    /// - Throws: `ArchiveError` if the root has no identity; `ManifestError` as ``init(path:mode:spool:recorder:onUpgrade:)``.
    package convenience init(
        of root: ArchiveRoot,
        mode: Mode,
        recorder: ActRecorder? = nil,
        onUpgrade: (@Sendable () -> Void)? = nil
    ) throws {
        let spool = try root.identity().id
        try self.init(path: root.manifestPath, mode: mode, spool: spool, recorder: recorder, onUpgrade: onUpgrade)
    }
}
