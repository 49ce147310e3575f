import Files
import ObjectStore
import Recordings

/// Which archives a vault has, as far as they count: see ``EpochRule``.
package struct VaultInventory: Sendable {
    /// Sorted by name.
    package var archives: [ArchiveInVault] = []
    /// How many versions of archives do not count.
    package var leftOut = 0
    /// Who may write; `nil` if nobody ever did.
    package var writer: WriterRecord?
    package var requests = 0

    private static let width = 16

    /// Lists all versions, and asks for what the writer said about each.
    package static func read(_ vault: StoreVault) async throws(VaultError) -> VaultInventory {
        var inventory = VaultInventory()
        inventory.writer = try await vault.writerRecord()
        let rule = inventory.writer?.rule ?? EpochRule()
        let listing = try await VersionListing.read(below: VaultLayout.archives, in: vault.store)
        inventory.requests += listing.requests
        let sides = listing.versions
        let store = vault.store
        let wanted = listing.versions.compactMap { key, versions in
            VaultLayout.archive(at: key).map { (name: $0, key: key, versions: versions) }
        }.sorted { $0.name < $1.name }
        var rest = wanted[...]
        while !rest.isEmpty {
            let batch = rest.prefix(width)
            rest = rest.dropFirst(batch.count)
            let found: [(ArchiveInVault?, leftOut: Int, requests: Int)]
            do {
                found = try await withThrowingTaskGroup(of: (Int, (ArchiveInVault?, leftOut: Int, requests: Int)).self) {
                    group in
                    for (place, archive) in batch.enumerated() {
                        let side = sides[VaultLayout.sideKey(of: archive.name)]?.first?.version
                        group.addTask {
                            (
                                place,
                                try await choose(archive.name, archive.key, archive.versions, side: side, rule, in: store)
                            )
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
                }
            } catch let error as VaultError {
                throw error
            } catch {
                throw VaultError(.cancelled, "cancelled")
            }
            for (archive, leftOut, requests) in found {
                inventory.leftOut += leftOut
                inventory.requests += requests
                if let archive { inventory.archives.append(archive) }
            }
        }
        return inventory
    }

    /// The version of an archive that counts: of those that their writer put while it was the writer, one of the latest
    /// writer, and of several of these the newest, because it was put again to replace a damaged one.
    private static func choose(
        _ name: ArchiveName,
        _ key: ObjectKey,
        _ versions: [ListedVersion],
        side: ObjectVersion?,
        _ rule: EpochRule,
        in store: any ObjectStoring
    ) async throws(VaultError) -> (ArchiveInVault?, leftOut: Int, requests: Int) {
        var best: ArchiveInVault?
        var leftOut = 0
        for version in versions {
            let found = try await VaultError.asking { () throws(ObjectStoreError) in
                try await store.describe(key, version: version.version)
            }
            guard let found, let digest = found.digest, let epoch = found.epoch,
                rule.counts(epoch: epoch, modified: found.modified)
            else {
                leftOut += 1
                continue
            }
            if let best, best.copy.epoch >= epoch { continue }
            let copy = VaultedArchive(
                tarVersion: found.version?.description,
                sideVersion: side?.description,
                byteCount: found.byteCount,
                digest: digest,
                retainedUntil: found.retention.map { Timestamp($0.until) },
                epoch: epoch,
                putTime: found.modified,
                confirmedTime: found.modified
            )
            best = ArchiveInVault(name: name, copy: copy, metadataOffset: found.metadataOffset)
        }
        return (best, leftOut, versions.count)
    }
}

/// All versions of the objects below a prefix, without delete markers: whoever puts one hides a locked version, and cannot
/// remove it.
struct VersionListing: Sendable {
    /// The newest version of a key first.
    private(set) var versions: [ObjectKey: [ListedVersion]] = [:]
    private(set) var requests = 0

    static func read(below prefix: String, in store: any ObjectStoring) async throws(VaultError) -> VersionListing {
        var listing = VersionListing()
        do throws(ObjectStoreError) {
            var position: ListingPosition?
            repeat {
                let page = try await store.versions(below: prefix, after: position)
                listing.requests += 1
                for item in page.items where !item.isDeleteMarker { listing.versions[item.key, default: []].append(item) }
                position = page.next
            } while position != nil
        } catch {
            // A store that keeps no versions may know no such listing.
            guard error.code == .unsupported else { throw VaultError(error) }
            try await listing.readLatest(below: prefix, in: store)
        }
        return listing
    }

    private mutating func readLatest(below prefix: String, in store: any ObjectStoring) async throws(VaultError) {
        versions = [:]
        var position: ListingPosition?
        repeat {
            let page = try await VaultError.asking { () throws(ObjectStoreError) in
                try await store.list(below: prefix, after: position)
            }
            requests += 1
            for item in page.items {
                versions[item.key] = [
                    ListedVersion(
                        key: item.key,
                        version: nil,
                        byteCount: item.byteCount,
                        etag: item.etag,
                        lastModified: item.lastModified
                    )
                ]
            }
            position = page.next
        } while position != nil
    }
}
