import Files
import Foundation
import ObjectStore
import Recordings

/// Tries whether the lock of a store is real: puts an object that is locked for minutes, tries what a lock has to refuse,
/// and requires the refusal. What a store says about its locks proves nothing: there are stores that answer every question
/// about them, and delete the object all the same.
package struct LockProof: Sendable {
    private let store: any ObjectStoring
    private let lock: VaultLock
    private let folder: String
    private let now: @Sendable () -> Timestamp

    /// How long the object is locked: long enough for a slow store, and short because nobody can delete it before.
    private static let lockedFor = Duration.minutes(5)
    private static let shortened = Duration.minutes(1)

    /// - Parameter folder: for a small file with the wrong checksum.
    package init(
        _ store: any ObjectStoring,
        lock: VaultLock,
        scratch folder: String,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.lock = lock
        self.folder = folder
        self.now = now
    }

    /// - Returns: what the store did.
    /// - Throws: `VaultError` if it could not be tried: no answer, credentials that are refused, no bucket.
    package func run() async throws(VaultError) -> VaultLockCheck {
        let begun = now()
        var breaches: [String] = []
        var doubt: String?
        if lock != .none {
            breaches = try await bucketBreaches()
            if breaches.isEmpty {
                let unlocked = try await tryUnlocked(begun)
                breaches = try await tryLock(begun, ahead: unlocked.ahead)
                if breaches.isEmpty { doubt = unlocked.doubt }
            }
        }
        let refuses = try await refusesWrongChecksums(begun)
        // Last, because a store that gives no answer is waited for, and once is enough.
        await removeOldCanaries(begun)
        return VaultLockCheck(
            time: begun,
            lock: lock,
            breaches: breaches,
            doubt: doubt,
            refusesWrongChecksums: refuses
        )
    }

    private func bucketBreaches() async throws(VaultError) -> [String] {
        do throws(ObjectStoreError) {
            let status = try await store.bucketStatus()
            if status.versioning != .enabled { return ["the bucket keeps no versions, so nothing in it can be locked"] }
            if !status.hasObjectLock { return ["the bucket was made without object lock"] }
            return []
        } catch {
            // Not every key may ask that, and not every store can answer. What the store does counts.
            guard error.code == .unsupported || error.code == .denied else { throw VaultError(error) }
            return []
        }
    }

    /// What an object without a lock shows.
    private struct Unlocked {
        /// How far the store's clock is ahead of this machine's: a lock for minutes is a matter of the store's.
        var ahead: Duration
        /// Why a refusal would not show a lock; `nil` if it does.
        var doubt: String?
    }

    /// Puts an object without a lock, and deletes that version. A store refuses a request in the same words because of a
    /// lock, and because a policy forbids it: so a refusal shows a lock only to those who may delete what is not locked.
    private func tryUnlocked(_ begun: Timestamp) async throws(VaultError) -> Unlocked {
        let key = ObjectKey(checked: "\(VaultLayout.canaries)\(stamp(begun))-time")
        let outcome = try await VaultError.asking { () async throws(ObjectStoreError) -> PutOutcome in
            let body = ObjectBody.bytes(Array("when this object was put, says what time it is\n".utf8))
            return try await store.put(body, at: key, PutOptions(contentType: "text/plain"))
        }
        let description = try await VaultError.asking { () async throws(ObjectStoreError) -> ObjectDescription? in
            try await store.describe(key, version: outcome.version)
        }
        let ahead = description?.lastModified.map { Timestamp($0) - now() } ?? .zero
        let deletes = try await isAllowed { () async throws(ObjectStoreError) in
            try await store.delete(key, version: outcome.version)
        }
        return Unlocked(ahead: ahead, doubt: deletes ? nil : Self.refusesAll)
    }

    private static let refusesAll =
        "it also refuses to delete a version that is not locked, so its refusals do not show a lock: let these credentials "
        + "delete versions below \(VaultLayout.canaries) (s3:DeleteObjectVersion), and set no default retention"

    private func tryLock(_ begun: Timestamp, ahead: Duration) async throws(VaultError) -> [String] {
        guard let mode = lock.mode else { return [] }
        let key = ObjectKey(checked: "\(VaultLayout.canaries)\(stamp(begun))-locked")
        let body = ObjectBody.bytes(Array("the lock of this vault is tried with this object\n".utf8))
        let wanted = ObjectRetention(mode: mode, until: (now() + ahead + Self.lockedFor).date)
        let version: ObjectVersion
        do throws(ObjectStoreError) {
            let options = PutOptions(
                metadata: [VaultLayout.Field.digest: body.digest.description],
                contentType: "text/plain",
                retention: wanted
            )
            guard let found = try await store.put(body, at: key, options).version else {
                return ["it took a locked object, and gave it no version"]
            }
            version = found
        } catch {
            guard error.code == .unsupported || error.code == .precondition else { throw VaultError(error) }
            return ["it does not take a locked object: \(error.message)"]
        }
        let kept = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.retention(of: key, version: version)
        }
        guard let kept, kept.covers(wanted) else {
            _ = try? await store.delete(key, version: version)
            return ["it took a locked object, and did not lock it"]
        }
        return try await breaches(key, version, body.digest, ahead: ahead)
    }

    /// What the store does with a locked version that it has to refuse.
    private func breaches(
        _ key: ObjectKey,
        _ version: ObjectVersion,
        _ digest: ContentDigest,
        ahead: Duration
    ) async throws(VaultError) -> [String] {
        var breaches: [String] = []
        // The mildest first: what one of them breaks would hide the rest.
        let shortens = try await isAllowed { () async throws(ObjectStoreError) in
            try await shorten(key, version, ahead, bypassing: false)
        }
        if shortens {
            breaches.append("it shortened a lock in \(lock.rawValue) mode")
        }
        let bypasses = try await isAllowed(if: lock == .governance) { () async throws(ObjectStoreError) in
            try await shorten(key, version, ahead, bypassing: true)
        }
        if bypasses {
            breaches.append(
                "it let these credentials bypass governance mode and shorten a lock: take "
                    + "s3:BypassGovernanceRetention from them"
            )
        }
        // Compliance mode has to withstand this too: some stores treat it as the other mode.
        let deletesBypassing = try await isAllowed(if: breaches.isEmpty) { () async throws(ObjectStoreError) in
            try await store.delete(key, version: version, bypassingGovernance: true)
        }
        if deletesBypassing {
            breaches.append(
                lock == .governance
                    ? "it let these credentials bypass governance mode and delete a locked version: take "
                        + "s3:BypassGovernanceRetention from them"
                    : "it deleted a version that was locked in compliance mode, when asked to bypass governance mode"
            )
        }
        // It may refuse, and do it all the same.
        let gone = "it refused to delete a locked version, and does not have it any more"
        if breaches.isEmpty, try await !isStillThere(key, version, digest) { breaches.append(gone) }
        let deletes = try await isAllowed(if: breaches.isEmpty) { () async throws(ObjectStoreError) in
            try await store.delete(key, version: version)
        }
        if deletes {
            breaches.append("it deleted a version that was locked in \(lock.rawValue) mode")
        }
        if breaches.isEmpty, try await !isStillThere(key, version, digest) { breaches.append(gone) }
        return breaches
    }

    private func shorten(
        _ key: ObjectKey,
        _ version: ObjectVersion,
        _ ahead: Duration,
        bypassing: Bool
    ) async throws(ObjectStoreError) {
        guard let mode = lock.mode else { return }
        let shorter = ObjectRetention(mode: mode, until: (now() + ahead + Self.shortened).date)
        try await store.setRetention(shorter, of: key, version: version, bypassingGovernance: bypassing)
    }

    /// Whether the store does what it has to refuse. No answer is neither.
    private func isAllowed(
        if isTried: Bool = true,
        _ attempt: () async throws(ObjectStoreError) -> Void
    ) async throws(VaultError) -> Bool {
        guard isTried else { return false }
        do throws(ObjectStoreError) {
            try await attempt()
            return true
        } catch {
            switch error.code {
            case .locked, .denied, .unsupported, .precondition: return false
            // Then it is gone.
            case .notFound: return true
            default: throw VaultError(error)
            }
        }
    }

    private func isStillThere(
        _ key: ObjectKey,
        _ version: ObjectVersion,
        _ digest: ContentDigest
    ) async throws(VaultError) -> Bool {
        do throws(ObjectStoreError) {
            return try await store.digest(of: key, version: version).0 == digest
        } catch {
            guard error.code == .notFound else { throw VaultError(error) }
            return false
        }
    }

    /// Whether the store refuses bytes that are not those of their checksum, and says the checksum of those that it has.
    private func refusesWrongChecksums(_ begun: Timestamp) async throws(VaultError) -> Bool {
        let key = ObjectKey(checked: "\(VaultLayout.canaries)\(stamp(begun))-checksum")
        let bytes = Array("the checksum of these bytes is right\n".utf8)
        let right = ObjectBody.bytes(bytes)
        let outcome = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.put(right, at: key, PutOptions(contentType: "text/plain"))
        }
        let description = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.describe(key, version: outcome.version)
        }
        await remove(key, outcome.version)
        guard description?.checksumSHA256 == Data(right.digest.bytes).base64EncodedString() else { return false }
        // Another check may be under way, of this process or of another one.
        let path = "\(folder)/vault-check-\(UUID().uuidString).tmp"
        try await VaultError.onDisk { _ throws(ArchiveError) in
            try FileReplacement(path, flushing: .nothing).write(Array("the checksum of these bytes is wrong\n".utf8))
        }
        defer { try? FileSystem.remove(path) }
        let wrong = ObjectBody.file(path: path, byteCount: right.byteCount, digest: right.digest)
        var options = PutOptions(contentType: "text/plain")
        options.repeatsDamaged = false
        do throws(ObjectStoreError) {
            let taken = try await store.put(wrong, at: key, options)
            await remove(key, taken.version)
            return false
        } catch {
            // The client may have noticed it before the store could: that proves nothing.
            guard error.code != .local else { return false }
            guard [.damaged, .precondition, .unsupported, .denied].contains(error.code) else { throw VaultError(error) }
            return true
        }
    }

    private func remove(_ key: ObjectKey, _ version: ObjectVersion?) async {
        _ = try? await store.delete(key, version: version)
    }

    /// Removes what earlier checks have left, as far as its lock is over.
    private func removeOldCanaries(_ begun: Timestamp) async {
        var position: ListingPosition?
        repeat {
            guard let page = try? await store.versions(below: VaultLayout.canaries, after: position) else { return }
            for found in page.items where isOld(found, begun) { await remove(found.key, found.version) }
            position = page.next
        } while position != nil
    }

    /// Another check may be under way.
    private func isOld(_ found: ListedVersion, _ begun: Timestamp) -> Bool {
        guard let put = found.lastModified else { return true }
        return Timestamp(put) < begun - Self.lockedFor - Self.lockedFor
    }

    /// `20261201T024512.123Z`
    private func stamp(_ time: Timestamp) -> String {
        time.description.filter { $0 != "-" && $0 != ":" }
    }
}
