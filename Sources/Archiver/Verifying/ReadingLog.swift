import DailyArchive
import Files
import Manifest
import Recordings

/// Notes in the manifest which archive was read when, while a verification runs. A verification may run where nothing
/// can be written, or at the same time as a pass. If it cannot note a reading, it keeps the reason in ``obstacle`` and
/// continues.
package actor ReadingLog {
    private let root: ArchiveRoot
    private let actor: Actor?
    private let now: @Sendable () -> Timestamp
    private var manifest: Manifest?
    /// Why readings are not noted; `nil` while they are.
    package private(set) var obstacle: String?

    /// - Parameter actor: the one that reads the archives.
    package init(root: ArchiveRoot, by actor: Actor? = nil, now: @escaping @Sendable () -> Timestamp) {
        self.root = root
        self.actor = actor
        self.now = now
    }

    /// Notes what a reading of an archive found.
    package func note(_ report: VerificationReport) async {
        guard obstacle == nil, let name = report.name, report.isReading else { return }
        do {
            let manifest = try manifest ?? Manifest(of: root, mode: .readWrite)
            self.manifest = manifest
            try await manifest.noteRead(name, ReadingFinding(report, of: name), by: actor, now: now())
        } catch {
            obstacle = "\(error)"
        }
    }

    /// Closes the manifest.
    package func close() {
        try? manifest?.close()
        manifest = nil
    }
}
