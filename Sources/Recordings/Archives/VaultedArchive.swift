/// An archive's copy in the vault, as it was confirmed.
package struct VaultedArchive: Hashable, Sendable {
    /// The version of the archive's object; `nil` if the store keeps no versions.
    package var tarVersion: String?
    /// The version of its side file's object; `nil` if the store keeps no versions.
    package var sideVersion: String?
    package var byteCount: Int64
    package var digest: ContentDigest
    /// Until when the store lets nobody delete it; `nil` without a lock.
    package var retainedUntil: Timestamp?
    /// The epoch of the root that wrote it.
    package var epoch: Int
    /// When its bytes had arrived.
    package var putTime: Timestamp
    /// When they had been read back, and the lock had been confirmed.
    package var confirmedTime: Timestamp

    package init(
        tarVersion: String?,
        sideVersion: String?,
        byteCount: Int64,
        digest: ContentDigest,
        retainedUntil: Timestamp?,
        epoch: Int,
        putTime: Timestamp,
        confirmedTime: Timestamp
    ) {
        self.tarVersion = tarVersion
        self.sideVersion = sideVersion
        self.byteCount = byteCount
        self.digest = digest
        self.retainedUntil = retainedUntil
        self.epoch = epoch
        self.putTime = putTime
        self.confirmedTime = confirmedTime
    }
}
