import Recordings

/// What the vault has as an archive's copy, read back whole.
package struct VaultInspection: Hashable, Sendable {
    /// The SHA-256 of the bytes that were read.
    package var digest: ContentDigest
    package var byteCount: Int64
    /// Until when the store lets nobody delete it; `nil` without a lock.
    package var retainedUntil: Timestamp?
    /// What its side file says; `nil` if there is none, or if it is not one line in this format.
    package var recordedDigest: ContentDigest?

    package init(
        digest: ContentDigest,
        byteCount: Int64,
        retainedUntil: Timestamp?,
        recordedDigest: ContentDigest?
    ) {
        self.digest = digest
        self.byteCount = byteCount
        self.retainedUntil = retainedUntil
        self.recordedDigest = recordedDigest
    }
}
