import Files
import Manifest
import Recordings

/// What it means that a recording which is held could not be read. Commands, the service and cases all go by this.
package enum FailedRead: Sendable {
    /// Its bytes are not those that were archived, which is to be noted.
    case damaged(DamagedRecording)
    /// Its whole archive is not in its place. Every command sees that by itself, so nothing is noted.
    case gone
    /// Something else failed, such as the disk or the place that it is copied to. That says nothing about its bytes.
    case other

    /// - Parameter error: of the read.
    package init(_ error: any Error, of row: RecordingRow, in root: ArchiveRoot) {
        self = .other
        guard let held = row.held, let damaged = DamagedRecording(read: row) else { return }
        switch error {
        case let error as ArchiverError where error.code == .damaged:
            self = Self.isThere(held, root) ? .damaged(damaged) : .gone
        case let error as ArchiveError where error.code == .damaged:
            self = Self.isThere(held, root) ? .damaged(damaged) : .gone
        case let error as ArchiveError where error.code == .missing:
            // It may be the folder that the recording is copied to.
            if !Self.isThere(held, root) { self = .gone }
        default: break
        }
    }

    /// Whether the archive is in its place; also if that cannot be found out. One that was open may have been sealed since.
    private static func isThere(_ held: RecordingRow.Held, _ root: ArchiveRoot) -> Bool {
        // An archive that only the vault has was read there.
        if held.isSealed, held.copies.isOnlyInVault { return true }
        do throws(ArchiveError) {
            if try root.archives.byteCount(of: held.archive) != nil { return true }
            if held.isSealed { return false }
            return try FileSystem.status(of: root.openArchivePath(held.archive)) != nil
        } catch {
            return true
        }
    }

    /// Whether the archive does not have the bytes.
    package var isLoss: Bool {
        if case .other = self { false } else { true }
    }
}
