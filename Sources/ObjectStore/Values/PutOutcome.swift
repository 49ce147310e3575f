/// What a store said about an object that it took.
package struct PutOutcome: Hashable, Sendable {
    /// `nil` if the bucket keeps no versions.
    package var version: ObjectVersion?
    package var etag: String
    /// Of an object that was sent in parts: the SHA-256 of the parts' SHA-256 in base64 with `-` and their number, as S3
    /// computes it, from the bytes that went out.
    package var compositeDigest: String?
    package var byteCount: Int64

    package init(version: ObjectVersion?, etag: String, compositeDigest: String? = nil, byteCount: Int64) {
        self.version = version
        self.etag = etag
        self.compositeDigest = compositeDigest
        self.byteCount = byteCount
    }
}
