import Files
import Foundation
import ObjectStore
import Recordings
import Transfer

/// Puts objects so that exactly one version of each counts: whole, locked, and put by this writer.
///
/// The process can end, or lose its network, at any step. Doing it again then finds the version that is there already, and
/// goes on with the steps that are left.
struct ObjectPut: Sendable {
    /// How it is made sure that the vault has the bytes that were sent.
    enum ReadBack: Sendable {
        /// By reading all of them.
        case whole
        /// By the store's own checksum, which was shown to be checked. Whole where the store keeps none, and an object
        /// without a version that was there before: it may have been found damaged since, and nobody could name it.
        case checksum
    }

    /// What is to be put.
    struct Order: Sendable {
        var key: ObjectKey
        var body: ObjectBody
        var metadata: [String: String]
        var contentType = "application/octet-stream"
        /// The lock that the version has to have at least.
        var retention: ObjectRetention?
        /// Versions that are known to be damaged.
        var damagedVersions: Set<String> = []
        /// Whether the object changes, so that only its latest version counts.
        var isReplaced = false
        /// Whether the name belongs to these bytes for ever, so that this writer may not put others under it.
        var isUnique = false
        /// A small file by which an interrupted upload is resumed.
        var resumeFile: String?
    }

    /// What the vault has.
    struct Outcome: Sendable {
        var version: ObjectVersion?
        var retention: ObjectRetention?
        /// When it had arrived, by the store's clock.
        var putTime: Timestamp
        /// Whether it was put now.
        var isNew: Bool
    }

    var store: any ObjectStoring
    var readBack: ReadBack
    /// The limit that all uploads share; `nil` for none.
    var limiter: UploadLimiter?
    /// Which versions count.
    var rule: EpochRule
    var now: @Sendable () -> Timestamp

    /// Puts an object, unless the vault has it already.
    /// - Throws: `.damaged` if the vault then has other bytes; `.lock` if the version cannot be locked.
    func run(_ order: Order) async throws(VaultError) -> Outcome {
        let latest = try await describe(order.key, nil)
        if let outcome = try await found(order, latest) { return outcome }
        if let outcome = try await put(order, onlyIfAbsent: order.isUnique && latest == nil) { return outcome }
        // Something arrived there in between: perhaps a request of an earlier run, which was still on its way.
        if let outcome = try await found(order, try await describe(order.key, nil)) { return outcome }
        guard let outcome = try await put(order, onlyIfAbsent: false) else { throw disturbed(order) }
        return outcome
    }

    /// - Returns: `nil` if the vault does not have it.
    private func found(_ order: Order, _ latest: ObjectDescription?) async throws(VaultError) -> Outcome? {
        for found in try await candidates(order, latest) {
            // Step 4 and 5 of an earlier run that was interrupted, or all of them if none was.
            if try await hasRightBytes(found, order, composite: nil, isNew: false) {
                return try await confirm(found, order, isNew: false)
            }
        }
        return nil
    }

    /// - Parameter onlyIfAbsent: asks the store to refuse a second version. Not every store does, so nothing depends on it.
    /// - Returns: `nil` if the store has refused it for this reason, or somebody has aborted the upload.
    private func put(_ order: Order, onlyIfAbsent: Bool) async throws(VaultError) -> Outcome? {
        var options = PutOptions(
            metadata: order.metadata,
            tags: VaultLayout.tags,
            contentType: order.contentType,
            retention: order.retention,
            limiter: limiter
        )
        (options.resumeFile, options.onlyIfAbsent) = (order.resumeFile, onlyIfAbsent)
        let outcome: PutOutcome
        do throws(ObjectStoreError) {
            outcome = try await store.put(order.body, at: order.key, options)
        } catch {
            guard error.code == .precondition else { throw VaultError(error) }
            return nil
        }
        // A crash here leaves a version that the next run finds, by its checksum and its epoch.
        guard let found = try await describe(order.key, outcome.version) else {
            throw VaultError(.missing, "\(order.key): the store took it, and does not have it; run this again later")
        }
        guard try await hasRightBytes(found, order, composite: outcome.compositeDigest, isNew: true) else {
            throw VaultError(
                .damaged,
                "\(order.key): the store has other bytes than were sent to it; the next run puts it again"
            )
        }
        // A crash here leaves the same.
        return try await confirm(found, order, isNew: true)
    }

    private func disturbed(_ order: Order) -> VaultError {
        VaultError(.unreachable, "\(order.key): another process puts it at the same time: run this again later")
    }

    /// The versions that could be this object, put before: the newest first.
    private func candidates(
        _ order: Order,
        _ latest: ObjectDescription?
    ) async throws(VaultError) -> [ObjectDescription] {
        guard let latest else { return [] }
        if isCandidate(latest, order) { return [latest] }
        if order.isReplaced { return [] }
        try requireSame(latest, order)
        // Another version hides it. That is rare: a machine that had been replaced, or somebody else, has put it.
        let versions = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.versions(of: order.key)
        }
        var found: [ObjectDescription] = []
        for listed in versions where !listed.isDeleteMarker && listed.byteCount == order.body.byteCount {
            guard let version = listed.version, version != latest.version,
                let description = try await describe(order.key, version), isCandidate(description, order)
            else { continue }
            found.append(description)
        }
        return found
    }

    /// After a backup was restored, or a machine copied, another archive may be sealed under a name that the vault has
    /// already. It would take the place of the first one, and what only that one has would be lost.
    private func requireSame(_ found: ObjectDescription, _ order: Order) throws(VaultError) {
        guard order.isUnique, let digest = found.digest, digest != order.body.digest,
            found.epoch == order.metadata[VaultLayout.Field.epoch].flatMap({ Int($0) })
        else { return }
        throw VaultError(
            .damaged,
            "\(order.key): this archive root has put another archive of this name already, with the SHA-256 \(digest); the "
                + "vault keeps that one, and this one stays on the disk"
        )
    }

    private func isCandidate(_ found: ObjectDescription, _ order: Order) -> Bool {
        guard found.byteCount == order.body.byteCount, found.digest == order.body.digest else { return false }
        if let version = found.version, order.damagedVersions.contains(version.description) { return false }
        return found.epoch == order.metadata[VaultLayout.Field.epoch].flatMap { Int($0) }
            || rule.counts(epoch: found.epoch, modified: found.modified)
    }

    private func describe(_ key: ObjectKey, _ version: ObjectVersion?) async throws(VaultError) -> ObjectDescription? {
        try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.describe(key, version: version)
        }
    }

    /// - Parameter composite: what the store's checksum of an upload in parts has to be; `nil` if that is not known.
    private func hasRightBytes(
        _ found: ObjectDescription,
        _ order: Order,
        composite: String?,
        isNew: Bool
    ) async throws(VaultError) -> Bool {
        guard found.byteCount == order.body.byteCount else { return false }
        if readBack == .checksum, isNew || found.version != nil, let checksum = found.checksumSHA256 {
            if checksum.contains("-") {
                // Only the process that sent the parts knows it. After a crash, none does.
                if let composite { return checksum == composite }
            } else {
                return checksum == Data(order.body.digest.bytes).base64EncodedString()
            }
        }
        let (digest, byteCount) = try await VaultError.asking { () async throws(ObjectStoreError) in
            try await store.digest(of: order.key, version: found.version)
        }
        return digest == order.body.digest && byteCount == order.body.byteCount
    }

    /// Makes sure that this very version is locked, and has the tags that it was put with.
    private func confirm(
        _ found: ObjectDescription,
        _ order: Order,
        isNew: Bool
    ) async throws(VaultError) -> Outcome {
        var retention = found.retention
        if let wanted = order.retention { retention = try await VersionLock(store).set(wanted, on: found) }
        if found.isInParts { try await keepTags(found) }
        return Outcome(
            version: found.version,
            retention: retention,
            putTime: found.lastModified.map { Timestamp($0) } ?? now(),
            isNew: isNew
        )
    }

    /// Sets tags again that a store has lost of an upload in parts, as Ceph 16 does. Nothing depends on them: not every
    /// store has tags, and not every key may ask for them.
    private func keepTags(_ found: ObjectDescription) async throws(VaultError) {
        do throws(ObjectStoreError) {
            let tags = try await store.tags(of: found.key, version: found.version)
            guard VaultLayout.tags.contains(where: { tags[$0.key] != $0.value }) else { return }
            try await store.setTags(tags.merging(VaultLayout.tags) { $1 }, of: found.key, version: found.version)
        } catch {
            guard [.denied, .unsupported].contains(error.code) else { throw VaultError(error) }
        }
    }
}

extension ObjectDescription {
    /// The SHA-256 that its writer gave it.
    package var digest: ContentDigest? {
        metadata[VaultLayout.Field.digest].flatMap { ContentDigest(hexadecimal: $0) }
    }

    /// The epoch of its writer.
    package var epoch: Int? { metadata[VaultLayout.Field.epoch].flatMap { Int($0) } }

    /// Where the lines of metadata begin in an archive.
    package var metadataOffset: Int64? { metadata[VaultLayout.Field.metadataOffset].flatMap { Int64($0) } }

    /// When the store says that it was put; long ago if it does not say.
    package var modified: Timestamp { lastModified.map { Timestamp($0) } ?? Timestamp(millisecondsSince1970: 0) }
}
