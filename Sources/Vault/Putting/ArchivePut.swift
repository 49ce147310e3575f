import Files
import Foundation
import ObjectStore
import Recordings

/// Puts a sealed archive and its side file into the vault.
///
/// | step | what a crash before or during it leaves |
/// |---|---|
/// | 1 the archive is put | nothing, a part of an upload that the next run resumes, or a version without a side file |
/// | 2 it is read back | a version that the next run finds by its checksum and its epoch |
/// | 3 its lock is confirmed | the same |
/// | 4 the side file is put, read back and locked | an archive without a side file, or with one |
/// | 5 the manifest says so | both; the next run finds both and puts nothing |
struct ArchivePut: Sendable {
    var objects: ObjectPut
    var layout: VaultLayout
    /// The epoch of this writer.
    var epoch: Int
    /// Where what is needed to resume an upload is kept; `nil` to keep nothing.
    var resumeFolder: String?

    /// - Throws: as ``ObjectPut/run(_:)``; also `.damaged` if the file is not the archive that was sealed.
    func run(_ archive: ArchiveToVault) async throws(VaultError) -> VaultedArchive {
        var order = ObjectPut.Order(
            key: VaultLayout.key(of: archive.name),
            body: .file(path: archive.path, byteCount: archive.byteCount, digest: archive.digest),
            metadata: VaultLayout.metadata(
                of: archive.name,
                digest: archive.digest,
                metadataOffset: archive.metadataOffset,
                epoch: epoch
            ),
            contentType: "application/x-tar",
            retention: layout.retention(of: archive.name.day, now: objects.now()),
            damagedVersions: archive.damagedVersions
        )
        order.isUnique = true
        order.resumeFile = resumeFolder.map { "\($0)/\(archive.name)-\(epoch).upload" }
        var tar = try await objects.run(order)
        // A clock that is years ahead calls every lock over. The store says what time it is.
        if order.retention == nil, tar.isNew,
            let wanted = layout.retention(of: archive.name.day, now: tar.putTime)
        {
            order.retention = wanted
            tar = try await objects.run(order)
        }
        let side = try await objects.run(sideOrder(archive, order.retention))
        return VaultedArchive(
            tarVersion: tar.version?.description,
            sideVersion: side.version?.description,
            byteCount: archive.byteCount,
            digest: archive.digest,
            retainedUntil: tar.retention.map { Timestamp($0.until) },
            epoch: epoch,
            putTime: tar.putTime,
            confirmedTime: objects.now()
        )
    }

    private func sideOrder(_ archive: ArchiveToVault, _ retention: ObjectRetention?) -> ObjectPut.Order {
        let line = ChecksumLine.text(archive.digest, "\(archive.name).tar")
        let body = ObjectBody.bytes(Array(line.utf8))
        return ObjectPut.Order(
            key: VaultLayout.sideKey(of: archive.name),
            body: body,
            metadata: VaultLayout.metadata(of: archive.name, digest: body.digest, metadataOffset: nil, epoch: epoch),
            contentType: "text/plain; charset=utf-8",
            retention: retention
        )
    }
}
