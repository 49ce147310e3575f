import DailyArchive
import Files
import Manifest
import Recordings

/// Checks whether the files of sealed archives exist, with the size that they had when they were sealed or last read.
/// It does not read them, so every command that names archives can afford it.
package struct ArchiveSurvey: Sendable {
    private let root: ArchiveRoot
    private let manifest: Manifest

    package init(root: ArchiveRoot, manifest: Manifest) {
        self.root = root
        self.manifest = manifest
    }

    /// The archives that have changed since they were sealed and have not been read since.
    /// - Parameters:
    ///   - organization: the organization; `nil` for all.
    ///   - days: only archives of these days; `nil` for all.
    /// - Throws: `ArchiveError` if the disk cannot be examined; `ManifestError`.
    package func altered(
        organization: OrganizationName? = nil,
        days: ClosedRange<ArchiveDay>? = nil
    ) async throws -> AlteredArchives {
        let (root, files) = (root, try await manifest.sealedFiles(organization: organization, days: days))
        // There may be thousands, on a disk that is slow.
        return try await BlockingWork.run { _ throws(ArchiveError) in
            var altered = AlteredArchives()
            for file in files {
                guard let size = try root.archives.byteCount(of: file.name) else {
                    altered.add(file, reason: "its file is missing")
                    continue
                }
                guard size != file.byteCount, size != file.readByteCount else { continue }
                altered.add(file, reason: "its file has \(size) bytes, and had \(file.byteCount) when it was sealed")
            }
            return altered
        }
    }
}
