import Files
import ObjectStore

/// Locks versions, and makes sure that the store keeps the lock.
struct VersionLock: Sendable {
    private let store: any ObjectStoring

    init(_ store: any ObjectStoring) { self.store = store }

    /// Makes sure that this very version is locked at least like this. A store may lose the lock of an upload in parts.
    /// - Returns: the lock that it has.
    /// - Throws: `.lock` if the store does not keep it.
    func set(_ wanted: ObjectRetention, on found: ObjectDescription) async throws(VaultError) -> ObjectRetention {
        if let known = found.retention, known.covers(wanted) { return known }
        guard let version = found.version else {
            throw VaultError(
                .lock,
                "\(found.key): the store keeps no versions, so nothing in it can be locked; see `callark vault check`"
            )
        }
        let kept = try await VaultError.asking { () async throws(ObjectStoreError) -> ObjectRetention? in
            try await store.setRetention(wanted, of: found.key, version: version)
            return try await store.retention(of: found.key, version: version)
        }
        guard let kept, kept.covers(wanted) else {
            throw VaultError(
                .lock,
                "\(found.key): the store does not keep the lock that it was given; see `callark vault check`"
            )
        }
        return kept
    }
}
