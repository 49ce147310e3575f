import Files
import ObjectStore
import Recordings

/// Which archives a vault has, as far as they count: see ``EpochRule``.
package struct VaultInventory: Sendable {
    /// Sorted by name.
    package var archives: [ArchiveInVault] = []
    /// The versions of files of legacy sessions and of their side files, the newest first.
    package var legacyFiles: [ObjectKey: [ListedVersion]] = [:]
    /// How many versions of archives do not count.
    package var leftOut = 0
    /// The writer; `nil` if there never was one.
    package var writer: WriterRecord?
    /// The requests and bytes that reading the inventory took.
    package var cost = VaultCost()

    private static let width = 16

    /// Lists all versions, and asks for what the writer said about each.
    package static func read(_ vault: StoreVault) async throws(VaultError) -> VaultInventory {
        var inventory = VaultInventory()
        inventory.writer = try await vault.writerRecord()
        let rule = inventory.writer?.rule ?? EpochRule()
        let listing = try await VersionListing.read(below: VaultLayout.archives, in: vault.store)
        inventory.cost.requests += listing.requests
        inventory.legacyFiles = listing.versions.filter { key, _ in
            let text = key.description
            return text.hasSuffix(".jsonl") || text.hasSuffix(".jsonl.sha256")
        }
        for choice in try await choices(from: listing, rule, in: vault.store) {
            inventory.leftOut += choice.leftOut
            inventory.cost.requests += choice.requests
            inventory.cost.byteCount += choice.byteCount
            if let archive = choice.archive { inventory.archives.append(archive) }
        }
        return inventory
    }

    /// What counts of each archive, in the order of their names.
    private static func choices(
        from listing: VersionListing,
        _ rule: EpochRule,
        in store: any ObjectStoring
    ) async throws(VaultError) -> [Choice] {
        let wanted = listing.versions.compactMap { key, versions in
            VaultLayout.archive(at: key).map { (name: $0, versions: versions) }
        }.sorted { $0.name < $1.name }
        do {
            return try await withThrowingTaskGroup(of: (Int, Choice).self) { group in
                var found: [(Int, Choice)] = []
                for (place, archive) in wanted.enumerated() {
                    if place >= width, let done = try await group.next() { found.append(done) }
                    let side = listing.versions[VaultLayout.sideKey(of: archive.name)]?.first
                    group.addTask {
                        (place, try await choose(archive.name, archive.versions, side: side, rule, in: store))
                    }
                }
                while let done = try await group.next() { found.append(done) }
                return found.sorted { $0.0 < $1.0 }.map(\.1)
            }
        } catch let error as VaultError {
            throw error
        } catch {
            throw VaultError(.cancelled, "cancelled")
        }
    }

    /// The version of an archive that counts: of those that their writer put while it was the writer, one of the latest
    /// writer, and of several of these the newest, because it was put again to replace a damaged one. A version that its
    /// writer may not have read back is read now, and is left out if it is not whole.
    private static func choose(
        _ name: ArchiveName,
        _ versions: [ListedVersion],
        side: ListedVersion?,
        _ rule: EpochRule,
        in store: any ObjectStoring
    ) async throws(VaultError) -> Choice {
        var choice = Choice(requests: versions.count)
        // The newest of the latest writer first.
        var found: [ArchiveInVault] = []
        for version in versions {
            guard var archive = try await counting(name, version, rule, in: store) else {
                choice.leftOut += 1
                continue
            }
            archive.copy.sideVersion = side?.version?.description
            let place = found.firstIndex { $0.copy.epoch < archive.copy.epoch } ?? found.endIndex
            found.insert(archive, at: place)
        }
        var recorded: ContentDigest?
        if side != nil, found.count > 1 {
            recorded = try await VaultError.asking { () async throws(ObjectStoreError) in
                try await StoreVault.sideFile(of: name, version: side?.version?.description, in: store)
            }
            choice.requests += 1
        }
        for archive in found {
            let isRead = found.count > 1 ? isConfirmed(archive, by: side, recorded) : side != nil
            if !isRead {
                let (digest, byteCount) = try await VaultError.asking { () async throws(ObjectStoreError) in
                    try await store.digest(
                        of: VaultLayout.key(of: name),
                        version: archive.copy.tarVersion.flatMap { ObjectVersion($0) }
                    )
                }
                choice.requests += 1
                choice.byteCount += byteCount
                guard digest == archive.copy.digest else {
                    choice.leftOut += 1
                    continue
                }
            }
            choice.archive = archive
            break
        }
        return choice
    }

    /// Whether a side file says that its writer has read this one of several versions back: it is put after that.
    private static func isConfirmed(
        _ archive: ArchiveInVault,
        by side: ListedVersion?,
        _ recorded: ContentDigest?
    ) -> Bool {
        guard recorded == archive.copy.digest, let modified = side?.lastModified else { return false }
        return Timestamp(modified) >= archive.copy.putTime
    }

    private struct Choice: Sendable {
        var archive: ArchiveInVault?
        var leftOut = 0
        var requests: Int
        var byteCount: Int64 = 0
    }

    /// An archive's copy, as its metadata describes it.
    /// - Returns: `nil` if it does not count.
    static func counting(
        _ name: ArchiveName,
        _ version: ListedVersion,
        _ rule: EpochRule,
        in store: any ObjectStoring
    ) async throws(VaultError) -> ArchiveInVault? {
        let found = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.describe(VaultLayout.key(of: name), version: version.version)
        }
        guard let found, let digest = found.digest, let epoch = found.epoch,
            rule.counts(epoch: epoch, modified: found.modified)
        else { return nil }
        let copy = VaultedArchive(
            tarVersion: found.version?.description,
            sideVersion: nil,
            byteCount: found.byteCount,
            digest: digest,
            retainedUntil: found.retention.map { Timestamp($0.until) },
            epoch: epoch,
            putTime: found.modified,
            confirmedTime: found.modified
        )
        return ArchiveInVault(name: name, copy: copy, metadataOffset: found.metadataOffset)
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
                for item in page.items where !item.isDeleteMarker {
                    listing.versions[item.key, default: []].append(item)
                }
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
            let page = try await VaultError.asking { () async throws(ObjectStoreError) in
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
