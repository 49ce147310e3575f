import Foundation

/// What a store says about one version of an object, without its bytes.
package struct ObjectDescription: Hashable, Sendable {
    package var key: ObjectKey
    /// `nil` if the bucket keeps no versions.
    package var version: ObjectVersion?
    package var byteCount: Int64
    package var etag: String
    package var lastModified: Date?
    /// Names in lower case, without `x-amz-meta-`.
    package var metadata: [String: String]
    /// According to the store. Only a trial proves it.
    package var retention: ObjectRetention?
    package var hasLegalHold: Bool
    /// The store's own, in base64; of an object in parts with `-` and their number. `nil` if it keeps none.
    package var checksumSHA256: String?
    /// `nil` for the standard one.
    package var storageClass: String?

    /// Whether it was put in parts: their number is in the ETag.
    package var isInParts: Bool { etag.contains("-") }

    package init(
        key: ObjectKey,
        version: ObjectVersion?,
        byteCount: Int64,
        etag: String,
        lastModified: Date? = nil,
        metadata: [String: String] = [:],
        retention: ObjectRetention? = nil,
        hasLegalHold: Bool = false,
        checksumSHA256: String? = nil,
        storageClass: String? = nil
    ) {
        self.key = key
        self.version = version
        self.byteCount = byteCount
        self.etag = etag
        self.lastModified = lastModified
        self.metadata = metadata
        self.retention = retention
        self.hasLegalHold = hasLegalHold
        self.checksumSHA256 = checksumSHA256
        self.storageClass = storageClass
    }
}
