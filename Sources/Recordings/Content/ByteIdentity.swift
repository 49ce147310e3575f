/// What tells some bytes from all others: how many there are, and their SHA-256.
package struct ByteIdentity: Hashable, Sendable {
    package var byteCount: Int64
    package var digest: ContentDigest

    package init(byteCount: Int64, digest: ContentDigest) {
        self.byteCount = byteCount
        self.digest = digest
    }
}
