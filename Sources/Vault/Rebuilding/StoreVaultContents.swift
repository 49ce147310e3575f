import Crypto
import Evidence
import Files
import Foundation
import Glibc
import ObjectStore
import Recordings
import Synchronization

/// What a vault in an object store has, for a rebuild.
package final class StoreVaultContents: VaultContents {
    private let vault: StoreVault
    private let root: ArchiveRoot
    /// What was asked so far, by several tasks.
    private let asked = Mutex(VaultCost())
    /// The inventory, once it was read.
    private let known = Mutex<VaultInventory?>(nil)

    private static let width = 16
    private static let largestRecord: Int64 = 1 << 30

    /// Asks for nothing yet.
    package init(_ vault: StoreVault) {
        self.vault = vault
        root = vault.root
    }

    package var place: String { vault.place }
    package var lock: VaultLock { vault.lock }
    package var cost: VaultCost { asked.withLock(\.self) }

    /// The folder of what is kept until the rebuild is done.
    private var folder: String { "\(root.spoolPath)/rebuild" }

    /// What the vault has.
    package func inventory() async throws(VaultError) -> VaultInventory {
        if let inventory = known.withLock({ $0 }) { return inventory }
        let inventory = try await VaultInventory.read(vault)
        count(inventory.cost.requests, inventory.cost.byteCount)
        known.withLock { $0 = inventory }
        return inventory
    }

    package func archives() async throws(VaultError) -> [ArchiveInVault] { try await inventory().archives }

    private func count(_ requests: Int, _ bytes: Int64) {
        asked.withLock { asked in
            asked.requests += requests
            asked.byteCount += bytes
        }
    }

    // MARK: - Archives

    package func open(_ archive: ArchiveInVault) -> any ByteSource { source(archive) }

    private func source(_ archive: ArchiveInVault) -> ObjectSource {
        ObjectSource(
            vault.store,
            VaultLayout.key(of: archive.name),
            version: archive.copy.tarVersion.flatMap { ObjectVersion($0) },
            byteCount: archive.copy.byteCount,
            in: place
        )
    }

    package func openMetadata(
        of archive: ArchiveInVault,
        again: Bool
    ) async throws(VaultError) -> any ByteSource {
        let (copy, remote) = (archive.copy, source(archive))
        guard let offset = archive.metadataOffset, (0..<copy.byteCount).contains(offset) else { return remote }
        let path = "\(folder)/\(archive.name)-\(copy.digest.description.prefix(16)).tail"
        let size = copy.byteCount - offset
        let held = try await VaultError.onDisk { [folder] _ throws(ArchiveError) in
            try FileSystem.createFolder(folder)
            if again { try FileSystem.remove(path) }
            return try FileSystem.size(of: path) ?? 0
        }
        if held < size { try await fetchTail(archive, from: offset + held, to: path, at: held) }
        let tail = try await VaultError.onDisk { _ throws(ArchiveError) in try FileSource(path) }
        guard tail.byteCount == size else {
            throw VaultError(.damaged, "\(remote.name): the vault gave \(tail.byteCount) of \(size) bytes of metadata")
        }
        return TailSource(remote, tail: tail, from: offset)
    }

    /// Appends what is missing of an archive's end. What a crash leaves is a beginning of it, which the next run goes on
    /// from; its checksums are compared when it is read.
    private func fetchTail(
        _ archive: ArchiveInVault,
        from offset: Int64,
        to path: String,
        at position: Int64
    ) async throws(VaultError) {
        let target = try await VaultError.onDisk { _ throws(ArchiveError) in try TailFile(path, at: position) }
        let (store, copy) = (vault.store, archive.copy)
        try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.stream(
                VaultLayout.key(of: archive.name),
                version: copy.tarVersion.flatMap { ObjectVersion($0) },
                range: offset..<copy.byteCount
            ) { bytes throws(ObjectStoreError) in try target.append(bytes) }
        }
        count(1, copy.byteCount - offset)
    }

    package func removeFetched() async throws(VaultError) {
        let (folder, logs) = (folder, logsFolder)
        try await VaultError.onDisk { _ throws(ArchiveError) in
            for name in try FileSystem.names(in: folder) { try FileSystem.remove("\(folder)/\(name)") }
            // Only if they are empty.
            rmdir(folder)
            rmdir(logs)
        }
    }

    // MARK: - Records

    package func fetchRecords() async throws(VaultError) {
        let inventory = try await inventory()
        let rule = inventory.writer?.rule ?? EpochRule()
        try await fetchLegacySessions(inventory.legacyFiles, rule)
        let listing = try await VersionListing.read(below: VaultLayout.logs, in: vault.store)
        count(listing.requests, 0)
        let byOrganization = Dictionary(grouping: listing.versions.keys) { key in
            key.description.split(separator: "/").dropFirst().first.flatMap { OrganizationName($0) }
        }
        for (organization, keys) in byOrganization.sorted(by: {
            ($0.key?.description ?? "") < ($1.key?.description ?? "")
        }) {
            guard let organization, !LogFolder(organization, in: root.logsPath).exists else { continue }
            let draft = "\(logsFolder)/\(organization)"
            let prefix = "\(VaultLayout.logs)\(organization)/"
            let files = keys.sorted().map { key in
                let relative = String(key.description.dropFirst(prefix.count))
                // These change, so an earlier run's are not good enough.
                let changes = relative == "checkpoint" || relative == "tail"
                return Fetch(
                    key: key,
                    path: "\(draft)/\(relative)",
                    isKept: !changes,
                    versions: listing.versions[key] ?? []
                )
            }
            guard files.contains(where: { $0.path == "\(draft)/checkpoint" }) else { continue }
            try await fetch(files, rule)
            let (logs, target) = (root.logsPath, LogFolder(organization, in: root.logsPath).path)
            let mark = fetchedMark(organization)
            try await VaultError.onDisk { _ throws(ArchiveError) in
                try FileSystem.createFolder(logs)
                // Before the log has its name, so that a run that is killed now is not the last to look at it.
                try FileReplacement.durable(mark).write([])
                try FileSystem.replace(target, with: draft)
                try FileSystem.synchronizeFolder(logs)
            }
        }
    }

    /// Where logs are until they are complete.
    private var logsFolder: String { "\(root.spoolPath)/rebuild-log" }

    /// A file that says that a log came from the vault, and may not be written to yet.
    private func fetchedMark(_ organization: OrganizationName) -> String { "\(logsFolder)/\(organization).fetched" }

    package func fetchedLogs() async throws(VaultError) -> [OrganizationName] {
        let (folder, logs) = (logsFolder, root.logsPath)
        return try await VaultError.onDisk { _ throws(ArchiveError) in
            try FileSystem.names(in: folder).filter { $0.hasSuffix(".fetched") }
                .compactMap { OrganizationName($0.dropLast(8)) }.filter { LogFolder($0, in: logs).exists }
        }
    }

    package func settleLog(of organization: OrganizationName) async throws(VaultError) {
        let (mark, folder) = (fetchedMark(organization), logsFolder)
        try await VaultError.onDisk { _ throws(ArchiveError) in
            try FileSystem.remove(mark)
            try FileSystem.synchronizeFolder(folder)
        }
    }

    private func fetchLegacySessions(
        _ listed: [ObjectKey: [ListedVersion]],
        _ rule: EpochRule
    ) async throws(VaultError) {
        let files = listed.map { key, versions in
            Fetch(key: key, path: "\(root.path)/\(key)", isKept: true, versions: versions)
        }
        try await fetch(files.sorted { $0.key < $1.key }, rule)
    }

    /// A small file that is to be fetched.
    private struct Fetch: Sendable {
        var key: ObjectKey
        var path: String
        /// Whether a file that is there, with the right size, is the right one.
        var isKept: Bool
        /// The newest first.
        var versions: [ListedVersion]
    }

    private func fetch(_ files: [Fetch], _ rule: EpochRule) async throws(VaultError) {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (place, file) in files.enumerated() {
                    if place >= Self.width { _ = try await group.next() }
                    group.addTask { try await self.fetch(file, rule) }
                }
                try await group.waitForAll()
            }
        } catch let error as VaultError {
            throw error
        } catch {
            throw VaultError(.cancelled, "cancelled")
        }
    }

    private func fetch(_ file: Fetch, _ rule: EpochRule) async throws(VaultError) {
        guard let version = try await counting(file, rule) else { return }
        let path = file.path
        let held = try await VaultError.onDisk { _ throws(ArchiveError) in try FileSystem.size(of: path) }
        if file.isKept, held == version.byteCount { return }
        guard version.byteCount <= Self.largestRecord else {
            throw VaultError(.damaged, "\(place)/\(file.key) is far too long")
        }
        let store = vault.store
        var bytes: [UInt8] = []
        if version.byteCount > 0 {
            bytes = try await VaultError.asking { () async throws(ObjectStoreError) in
                try await store.read(file.key, version: version.version, range: 0..<version.byteCount)
            }
            count(1, Int64(bytes.count))
        }
        guard Int64(bytes.count) == version.byteCount else {
            throw VaultError(
                .damaged,
                "\(place)/\(file.key): the vault gave \(bytes.count) of \(version.byteCount) bytes"
            )
        }
        let isKept = file.isKept
        try await VaultError.onDisk { [bytes] _ throws(ArchiveError) in
            try FileSystem.createFolder(FileSystem.folder(of: path))
            try FileReplacement.durable(path, mode: isKept ? 0o440 : 0o640).write(bytes)
        }
    }

    /// The newest version that counts.
    private func counting(_ file: Fetch, _ rule: EpochRule) async throws(VaultError) -> ListedVersion? {
        let store = vault.store
        for version in file.versions {
            // Until a writer was replaced, everything counts, and nothing has to be asked.
            if let modified = version.lastModified, rule.countsAnyway(modified: Timestamp(modified)) { return version }
            let found = try await VaultError.asking { () async throws(ObjectStoreError) in
                try await store.describe(file.key, version: version.version)
            }
            count(1, 0)
            if let found, rule.counts(epoch: found.epoch, modified: found.modified) { return version }
        }
        return nil
    }

    package func fetchSnapshot(to path: String) async throws(VaultError) -> Timestamp? {
        let rule = try await inventory().writer?.rule ?? EpochRule()
        let listing = try await VersionListing.read(below: VaultLayout.snapshots, in: vault.store)
        count(listing.requests, 0)
        for (key, versions) in listing.versions.sorted(by: { $0.key > $1.key }) {
            let fetch = Fetch(key: key, path: path, isKept: false, versions: versions)
            guard let version = try await counting(fetch, rule) else { continue }
            try await VaultError.onDisk { _ throws(ArchiveError) in try FileSystem.remove(path) }
            let target = try await VaultError.onDisk { _ throws(ArchiveError) in try TailFile(path, at: 0) }
            let store = vault.store
            try await VaultError.asking { () async throws(ObjectStoreError) in
                try await store.stream(key, version: version.version, range: nil) { bytes throws(ObjectStoreError) in
                    try target.append(bytes)
                }
            }
            count(1, version.byteCount)
            return version.lastModified.map { Timestamp($0) }
        }
        return nil
    }
}

/// A file that grows by what arrives.
private final class TailFile: Sendable {
    private let file: OpenFile
    /// Where the next bytes go. They arrive one after the other.
    private let position: Mutex<Int64>

    init(_ path: String, at position: Int64) throws(ArchiveError) {
        file = try OpenFile(path, O_WRONLY | O_CREAT)
        try file.truncate(to: position)
        self.position = Mutex(position)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(ObjectStoreError) {
        let start = position.withLock { position in
            defer { position += Int64(bytes.count) }
            return position
        }
        do throws(ArchiveError) {
            try file.write(bytes, at: start)
        } catch {
            throw ObjectStoreError(.local, error.message)
        }
    }
}
