import DailyArchive
import Manifest
import Recordings

/// Records in the manifest which archive was read when, while a verification runs. A verification may run where nothing
/// can be written, or at the same time as a pass. If it cannot record a reading, it keeps the reason in ``obstacle``
/// and continues.
package actor ReadingLog {
    private let manifest: SharedManifest
    private let actor: Actor?
    private let now: @Sendable () -> Timestamp
    /// Why readings are not recorded; `nil` while they are.
    package private(set) var obstacle: String?

    /// - Parameter actor: the account that reads the archives.
    package init(
        _ manifest: SharedManifest,
        by actor: Actor? = nil,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.manifest = manifest
        self.actor = actor
        self.now = now
    }

    /// Records what a reading of an archive found.
    package func note(_ report: VerificationReport) async {
        guard obstacle == nil, let name = report.name, report.isReading else { return }
        do {
            try await manifest.forWriting().noteRead(name, ReadingFinding(report, of: name), by: actor, now: now())
        } catch {
            obstacle = "\(error)"
        }
    }
}
