import DailyArchive
import Files
import Manifest
import Recordings

/// Looks whether the files of sealed archives exist, with the size that they were sealed with, or that they had when they were
/// read last: a look at each, and no reading, so that every command that names archives can afford it.
package struct ArchiveSurvey: Sendable {
    private let root: ArchiveRoot
    private let manifest: Manifest

    package init(root: ArchiveRoot, manifest: Manifest) {
        self.root = root
        self.manifest = manifest
    }

    /// The archives that are not as they were sealed, and of which no reading has said more.
    /// - Parameters:
    ///   - organization: only this one's; `nil` for all.
    ///   - days: only archives of these days; `nil` for all.
    /// - Throws: `ArchiveError` if the disk does not let anybody look; `ManifestError`.
    package func altered(
        organization: OrganizationName? = nil,
        days: ClosedRange<ArchiveDay>? = nil
    ) async throws -> AlteredArchives {
        var altered = AlteredArchives()
        for file in try await manifest.sealedFiles(organization: organization, days: days) {
            guard let size = try root.sealedSize(file.name) else {
                altered.add(file, reason: "its file is missing")
                continue
            }
            guard size != file.byteCount, size != file.readByteCount else { continue }
            altered.add(file, reason: "its file has \(size) bytes, and had \(file.byteCount) when it was sealed")
        }
        return altered
    }
}
