import Files
import Manifest

extension Manifest {
    /// Opens the manifest of an archive root, on behalf of that root's spool.
    /// - Throws: `ArchiveError` if the root has no identity; `ManifestError` as ``init(path:mode:spool:recorder:)``.
    package convenience init(of root: ArchiveRoot, mode: Mode, recorder: ActRecorder? = nil) throws {
        try self.init(path: root.manifestPath, mode: mode, spool: try root.identity().id, recorder: recorder)
    }
}
