import DailyArchive
import Files
import Manifest
import Recordings

/// Notes in the manifest which archive was read when, as a verification goes on. A verification may run where nothing may
/// be written, and beside a pass: then it says that it was not noted, and goes on.
package actor ReadingLog {
    private let root: ArchiveRoot
    private let actor: Actor?
    private let now: @Sendable () -> Timestamp
    private var manifest: Manifest?
    /// Why readings are not noted; `nil` as long as they are.
    package private(set) var obstacle: String?

    /// - Parameter actor: who reads the archives.
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

    /// Lets go of the manifest.
    package func close() {
        try? manifest?.close()
        manifest = nil
    }
}
