import Foundation

/// One object of a listing: its latest version, unless that is a delete marker.
package struct ListedObject: Hashable, Sendable {
    package var key: ObjectKey
    package var byteCount: Int64
    package var etag: String
    package var lastModified: Date?
    package var storageClass: String?

    package init(
        key: ObjectKey,
        byteCount: Int64,
        etag: String,
        lastModified: Date? = nil,
        storageClass: String? = nil
    ) {
        self.key = key
        self.byteCount = byteCount
        self.etag = etag
        self.lastModified = lastModified
        self.storageClass = storageClass
    }
}

/// One version of an object, or the marker that says that it was deleted.
package struct ListedVersion: Hashable, Sendable {
    package var key: ObjectKey
    /// `null` for what was put while the bucket kept no versions.
    package var version: ObjectVersion?
    package var isDeleteMarker: Bool
    package var isLatest: Bool
    package var byteCount: Int64
    package var etag: String
    package var lastModified: Date?

    package init(
        key: ObjectKey,
        version: ObjectVersion?,
        isDeleteMarker: Bool = false,
        isLatest: Bool = true,
        byteCount: Int64,
        etag: String = "",
        lastModified: Date? = nil
    ) {
        self.key = key
        self.version = version
        self.isDeleteMarker = isDeleteMarker
        self.isLatest = isLatest
        self.byteCount = byteCount
        self.etag = etag
        self.lastModified = lastModified
    }
}

/// Where a listing continues.
package enum ListingPosition: Hashable, Sendable {
    /// After this key.
    case key(ObjectKey)
    /// Where the store said, in its own words.
    case token(String)
    /// After this version of this key, in the store's own words; after all versions of the key if it is `nil`.
    case version(key: String, version: String?)
}

/// A part of a listing, in the order of keys' bytes.
package struct ListingPage<Item: Sendable>: Sendable {
    package var items: [Item]
    /// `nil` on the last page.
    package var next: ListingPosition?

    package init(_ items: [Item], next: ListingPosition? = nil) {
        self.items = items
        self.next = next
    }
}
