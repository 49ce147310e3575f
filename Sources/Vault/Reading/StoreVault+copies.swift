import Files
import ObjectStore
import Recordings

/// What the vault has as the copy of one archive.
extension StoreVault {
    package func inspect(_ name: ArchiveName, _ copy: VaultedArchive) async throws(VaultError) -> VaultInspection? {
        let (key, version) = (VaultLayout.key(of: name), Self.version(copy.tarVersion))
        let store = store
        return try await VaultError.asking { () async throws(ObjectStoreError) -> VaultInspection? in
            guard let description = try await Self.describe(key, version, in: store) else { return nil }
            let digest: ContentDigest
            let byteCount: Int64
            do throws(ObjectStoreError) {
                (digest, byteCount) = try await store.digest(of: key, version: version)
            } catch {
                guard error.code == .notFound else { throw error }
                return nil
            }
            let side = try await Self.sideFile(of: name, version: copy.sideVersion, in: store)
            return VaultInspection(
                digest: digest,
                byteCount: byteCount,
                retainedUntil: description.retention.map { Timestamp($0.until) },
                recordedDigest: side
            )
        }
    }

    package func fault(of name: ArchiveName, _ copy: VaultedArchive) async throws(VaultError) -> VaultCopyFault? {
        let (key, store) = (VaultLayout.key(of: name), store)
        let found = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await Self.describe(key, Self.version(copy.tarVersion), in: store)
        }
        guard let found else {
            return VaultCopyFault(isDamaged: true, message: "\(place) has no copy of \(name) any more")
        }
        guard found.byteCount == copy.byteCount, found.digest == copy.digest else {
            let digest = found.digest.map { "\($0)" } ?? "none"
            return VaultCopyFault(
                isDamaged: true,
                message: "\(place)/\(key) has \(found.byteCount) bytes and the SHA-256 \(digest), and the archive has "
                    + "\(copy.byteCount) and \(copy.digest)"
            )
        }
        guard let wanted = wantedLock(of: name, copy), found.retention?.covers(wanted) != true else { return nil }
        let now = found.retention.map { "in \($0.mode.rawValue) mode until \(Timestamp($0.until))" } ?? "not at all"
        return VaultCopyFault(
            isDamaged: false,
            message: "\(place)/\(key) is locked \(now), and has to be in \(wanted.mode.rawValue) mode until "
                + "\(Timestamp(wanted.until))"
        )
    }

    /// The lock that a copy has to have: what was promised for it, or what it would get now.
    private func wantedLock(of name: ArchiveName, _ copy: VaultedArchive) -> ObjectRetention? {
        guard let mode = setup.layout.lock.mode else { return nil }
        if let promised = copy.retainedUntil {
            // What is over is over.
            return promised > setup.now() ? ObjectRetention(mode: mode, until: promised.date) : nil
        }
        return setup.layout.retention(of: name.day, now: setup.now())
    }

    package func lockAgain(_ name: ArchiveName, _ copy: VaultedArchive) async throws(VaultError) -> VaultedArchive {
        guard let wanted = wantedLock(of: name, copy) else { return copy }
        var locked = copy
        let until = try await setLock(VaultLayout.key(of: name), copy.tarVersion, wanted)
        guard let until else { throw VaultError(.missing, "\(place) has no copy of \(name) any more") }
        locked.retainedUntil = until
        // A side file that is missing is found by who reads the copy.
        _ = try await setLock(VaultLayout.sideKey(of: name), copy.sideVersion, wanted)
        return locked
    }

    /// - Returns: until when the version is locked now; `nil` if it does not exist.
    private func setLock(
        _ key: ObjectKey,
        _ version: String?,
        _ wanted: ObjectRetention
    ) async throws(VaultError) -> Timestamp? {
        let store = store
        let found = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await Self.describe(key, Self.version(version), in: store)
        }
        guard let found else { return nil }
        return Timestamp(try await VersionLock(store).set(wanted, on: found).until)
    }

    private static func version(_ text: String?) -> ObjectVersion? { text.flatMap { ObjectVersion($0) } }

    /// What the store says about a version.
    /// - Throws: if it is not the version that is missing, but the whole bucket. The answer to HEAD does not say that.
    private static func describe(
        _ key: ObjectKey,
        _ version: ObjectVersion?,
        in store: any ObjectStoring
    ) async throws(ObjectStoreError) -> ObjectDescription? {
        if let description = try await store.describe(key, version: version) { return description }
        do throws(ObjectStoreError) {
            _ = try await store.read(key, version: version, range: 0..<1)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
        throw ObjectStoreError(.unreachable, "\(key): the store contradicts itself about having it; run again later")
    }

    /// The checksum in a side file; `nil` if there is none, or it is not one line in this format.
    static func sideFile(
        of name: ArchiveName,
        version: String?,
        in store: any ObjectStoring
    ) async throws(ObjectStoreError) -> ContentDigest? {
        let key = VaultLayout.sideKey(of: name)
        do throws(ObjectStoreError) {
            var line = try await store.read(key, version: Self.version(version), range: 0..<4096)
            guard line.popLast() == 0x0A, let (digest, file) = ChecksumLine.read(line), file == "\(name).tar" else {
                return nil
            }
            return digest
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }
}
