import DailyArchive
import Foundation
import Logging
import Manifest
import Recordings

/// Makes a new manifest out of the daily archives alone, and out of what lies open in the spool.
package struct Rebuild: Sendable {
    private let root: ArchiveRoot
    private let schedule: AskSchedule
    private let logger: Logger

    /// What came of it.
    package struct Summary: Sendable {
        package var archives = 0
        package var recordings = 0
        package var stored = 0
        /// Archives that could not be taken in, and why. They stay where they are.
        package var unreadable: [(name: ArchiveName, reason: String)] = []
        /// Where the manifest that was there before has gone.
        package var previousManifest: String?
    }

    package init(root: ArchiveRoot, schedule: AskSchedule, logger: Logger) {
        self.root = root
        self.schedule = schedule
        self.logger = logger
    }

    /// Rebuilds, and puts the new manifest in the old one's place when it is complete; the old one is kept beside it.
    ///
    /// If the process dies before that, the old manifest is untouched and the draft is made again the next time.
    /// - Parameter progress: told of each archive before it is read.
    /// - Throws: `ArchiveError` with code `locked` where a pass is running; `ManifestError`.
    package func run(now: Timestamp, progress: (ArchiveName) -> Void) async throws -> Summary {
        try root.prepare()
        let lock = try PassLock.acquire(root)
        defer { withExtendedLifetime(lock) {} }
        let draft = root.manifestPath + ".rebuilding"
        try removeDatabase(at: draft)
        var summary = Summary()
        let manifest = try Manifest.create(path: draft)
        for name in try root.sealedArchives() {
            progress(name)
            do {
                try await takeIn(name, manifest, now: now)
                summary.archives += 1
            } catch let error as ArchiveError {
                summary.unreadable.append((name, error.message))
            }
        }
        summary.recordings = try await manifest.sealedArchives().reduce(0) { $0 + $1.recordings }
        summary.stored = try await takeInSpool(manifest, now: now)
        try manifest.close()
        summary.previousManifest = try replaceManifest(with: draft)
        return summary
    }

    private func takeIn(_ name: ArchiveName, _ manifest: Manifest, now: Timestamp) async throws {
        let path = root.archivePath(name)
        let metadata = try await ArchiveMetadata.open(path)
        guard metadata.name == name else {
            throw ArchiveError(.damaged, "\(path) holds the archive \(metadata.name)", path: path)
        }
        guard let digest = metadata.recordedDigest else {
            throw ArchiveError(.missing, "\(root.sideFilePath(name)) is missing", path: path)
        }
        guard let organizationID = metadata.organizationID else {
            throw ArchiveError(.damaged, "\(path) does not say whose it is", path: path)
        }
        try await manifest.restore(
            ArchiveRow(
                name: name,
                byteCount: metadata.byteCount,
                digest: digest,
                recordings: metadata.recordingCount,
                sealedTime: nil
            ),
            organizationID: organizationID,
            tasks: metadata.tasks,
            recordings: metadata.recordings,
            schedule: schedule,
            now: now
        )
    }

    /// What is whole in the spool's open archives stays stored: throwing it away would lose what the provider may no
    /// longer have.
    private func takeInSpool(_ manifest: Manifest, now: Timestamp) async throws -> Int {
        let writer = ArchiveWriter(root: root, logger: logger)
        var stored = 0
        for name in try root.openArchives() {
            guard case .behind(let extent, let whole, _) = try await writer.recover(name, known: nil), !whole.isEmpty
            else { continue }
            try await manifest.restoreOpen(
                name,
                extent: ArchiveExtentRow(extent),
                recordings: whole,
                schedule: schedule,
                now: now
            )
            stored += whole.count
        }
        try await writer.close()
        return stored
    }

    /// - Returns: where the old manifest is now.
    private func replaceManifest(with draft: String) throws -> String? {
        // Closing has written the log back, unless the disk failed, of which SQLite says nothing then: without its log the
        // file would be no manifest.
        try Manifest.settleLog(at: draft)
        if FileManager.default.fileExists(atPath: root.manifestPath) {
            do throws(ManifestError) {
                try Manifest.settleLog(at: root.manifestPath)
            } catch {
                // One that cannot be opened keeps its log as it is; one that could be, but not now, is not put aside.
                if error.code == .busy || error.code == .full { throw error }
            }
        }
        return try root.replaceManifest(with: draft)
    }

    private func removeDatabase(at path: String) throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            do {
                try FileManager.default.removeItem(atPath: path + suffix)
            } catch {
                throw ArchiveError(.permission, "cannot remove \(path + suffix)", path: path + suffix)
            }
        }
    }
}
