import Files
import Foundation
import Glibc
import ObjectStore
import Recordings

/// The sealed archives in a vault, each with a side file that has its checksum. Every call waits for the network.
package struct ObjectArchiveStore: ArchiveStore {
    private let vault: StoreVault

    package init(_ vault: StoreVault) { self.vault = vault }

    /// The process can end at any step. ``settle(_:as:)`` finishes or undoes it.
    package func put(
        _ draft: String,
        as name: ArchiveName,
        digest: ContentDigest,
        announce: () throws -> Void
    ) throws {
        guard try describe(name) == nil else {
            throw ArchiveError(.occupied, "\(vault.place) has an archive \(name) already", path: draft)
        }
        // Leaves the draft.
        try announce()
        // Leaves the draft, and perhaps a part of what ArchivePut puts.
        try putBoth(draft, name, digest)
        // Leaves the draft and the archive.
        try remove(draft)
    }

    package func settle(_ draft: String, as name: ArchiveName) throws(ArchiveError) -> Bool {
        guard let found = try describe(name) else { return false }
        guard try FileSystem.status(of: draft) != nil else { return true }
        let digest = try FileSource(draft).digestOfAll()
        guard found.digest == digest else {
            throw ArchiveError(.occupied, "\(vault.place) has another archive \(name) than \(draft)", path: draft)
        }
        try putBoth(draft, name, digest)
        try remove(draft)
        return true
    }

    package func open(_ name: ArchiveName) throws(ArchiveError) -> any ByteSource {
        guard let found = try describe(name) else {
            throw ArchiveError(.missing, "\(vault.place) has no archive \(name)", path: path(name))
        }
        return ObjectSource(
            vault.store,
            found.key,
            version: found.version,
            byteCount: found.byteCount,
            in: vault.place
        )
    }

    package func recordedDigest(of name: ArchiveName) throws(ArchiveError) -> ContentDigest? {
        let store = vault.store
        let side = try ask(name) { () async throws(ObjectStoreError) -> ContentDigest? in
            try await StoreVault.sideFile(of: name, version: nil, in: store)
        }
        if let side { return side }
        // Its metadata has it too.
        return try describe(name)?.digest
    }

    package func list() throws(ArchiveError) -> [ArchiveName] {
        try keys(below: VaultLayout.archives).compactMap(VaultLayout.archive).sorted()
    }

    package func lastSequence(of organization: OrganizationName, on day: ArchiveDay) throws(ArchiveError) -> Int {
        let keys = try keys(below: VaultLayout.prefix(of: organization, on: day))
        return keys.compactMap { key in
            let file = key.description.split(separator: "/").last ?? ""
            return ArchiveName(file.prefix { $0 != "." })
        }.filter { $0.organization == organization && $0.day == day }.map(\.sequence).max() ?? 0
    }

    package func byteCount(of name: ArchiveName) throws(ArchiveError) -> Int64? { try describe(name)?.byteCount }

    private func putBoth(_ draft: String, _ name: ArchiveName, _ digest: ContentDigest) throws(ArchiveError) {
        guard let byteCount = try FileSystem.size(of: draft) else {
            throw .system("open", draft, errno: ENOENT)
        }
        let archive = ArchiveToVault(name: name, path: draft, digest: digest, byteCount: byteCount, metadataOffset: nil)
        let vault = vault
        do throws(VaultError) {
            _ = try Blocking.wait { () async throws(VaultError) in try await vault.put(archive) }
        } catch {
            throw error.reading(path(name))
        }
    }

    private func remove(_ draft: String) throws(ArchiveError) {
        try FileSystem.remove(draft)
        try FileSystem.synchronizeFolder(FileSystem.folder(of: draft))
    }

    private func describe(_ name: ArchiveName) throws(ArchiveError) -> ObjectDescription? {
        let store = vault.store
        return try ask(name) { () async throws(ObjectStoreError) -> ObjectDescription? in
            try await store.describe(VaultLayout.key(of: name))
        }
    }

    private func keys(below prefix: String) throws(ArchiveError) -> [ObjectKey] {
        let store = vault.store
        return try ask(nil) { () async throws(ObjectStoreError) -> [ObjectKey] in
            var keys: [ObjectKey] = []
            var position: ListingPosition?
            repeat {
                let page = try await store.list(below: prefix, after: position)
                keys += page.items.map(\.key)
                position = page.next
            } while position != nil
            return keys
        }
    }

    private func ask<Value: Sendable>(
        _ name: ArchiveName?,
        _ body: @escaping @Sendable () async throws(ObjectStoreError) -> Value
    ) throws(ArchiveError) -> Value {
        do throws(ObjectStoreError) {
            return try Blocking.wait(body)
        } catch {
            throw VaultError(error).reading(name.map(path) ?? vault.place)
        }
    }

    private func path(_ name: ArchiveName) -> String { "\(vault.place)/\(name.relativePath)" }
}
