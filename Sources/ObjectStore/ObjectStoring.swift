import Recordings

/// An object store: what ``ObjectStore`` does over HTTP, and a test's store in memory.
///
/// Every method retries by the one policy whatever may pass. A version of `nil` means the latest.
package protocol ObjectStoring: Sendable {
    /// Puts an object, in one request or in parts. If the store took it and its answer was lost, it is not put a second
    /// time.
    func put(
        _ body: ObjectBody,
        at key: ObjectKey,
        _ options: PutOptions
    ) async throws(ObjectStoreError) -> PutOutcome

    /// What the store says about an object.
    /// - Returns: `nil` if it does not exist, or its latest version is a delete marker.
    func describe(_ key: ObjectKey, version: ObjectVersion?) async throws(ObjectStoreError) -> ObjectDescription?

    /// Reads a range in one request.
    /// - Returns: the bytes; fewer than requested only at the end of the object.
    func read(
        _ key: ObjectKey,
        version: ObjectVersion?,
        range: Range<Int64>
    ) async throws(ObjectStoreError) -> [UInt8]

    /// Reads an object, or a range of it, in constant memory, and goes on after interruptions.
    /// - Parameter receive: takes the next bytes, on a thread of the engine; must not wait for anything slower than a
    ///   write to the page cache. What it throws ends the reading.
    func stream(
        _ key: ObjectKey,
        version: ObjectVersion?,
        range: Range<Int64>?,
        to receive: @escaping @Sendable (UnsafeRawBufferPointer) throws(ObjectStoreError) -> Void
    ) async throws(ObjectStoreError)

    /// Reads the whole object back.
    /// - Returns: the SHA-256 of its bytes, and their number.
    func digest(of key: ObjectKey, version: ObjectVersion?) async throws(ObjectStoreError) -> (ContentDigest, Int64)

    /// Objects whose keys begin with `prefix`, a page at a time.
    func list(
        below prefix: String,
        after position: ListingPosition?
    ) async throws(ObjectStoreError) -> ListingPage<ListedObject>

    /// All versions and delete markers of the objects whose keys begin with `prefix`, a page at a time; the newest version of
    /// a key first.
    func versions(
        below prefix: String,
        after position: ListingPosition?
    ) async throws(ObjectStoreError) -> ListingPage<ListedVersion>

    /// Deletes a version for good; with `nil`, puts a delete marker before the latest one, or deletes it if the bucket keeps
    /// no versions.
    /// - Parameter bypassingGovernance: asks to disregard a lock in governance mode.
    func delete(
        _ key: ObjectKey,
        version: ObjectVersion?,
        bypassingGovernance: Bool
    ) async throws(ObjectStoreError)

    /// Locks a version, or changes its lock.
    func setRetention(
        _ retention: ObjectRetention,
        of key: ObjectKey,
        version: ObjectVersion?,
        bypassingGovernance: Bool
    ) async throws(ObjectStoreError)

    /// The lock of a version; `nil` if it has none.
    func retention(of key: ObjectKey, version: ObjectVersion?) async throws(ObjectStoreError) -> ObjectRetention?

    /// Sets or lifts a lock without an end.
    func setLegalHold(_ isHeld: Bool, of key: ObjectKey, version: ObjectVersion?) async throws(ObjectStoreError)

    /// The tags of a version; empty if it has none.
    /// - Throws: ``ObjectStoreError`` with code `unsupported` or `denied` also if the store has no tags at all.
    func tags(of key: ObjectKey, version: ObjectVersion?) async throws(ObjectStoreError) -> [String: String]

    /// Replaces all tags of a version.
    func setTags(
        _ tags: [String: String],
        of key: ObjectKey,
        version: ObjectVersion?
    ) async throws(ObjectStoreError)

    /// The versions of a bucket, and its locks.
    func bucketStatus() async throws(ObjectStoreError) -> BucketStatus
}

extension ObjectStoring {
    /// What the store says about the latest version.
    package func describe(_ key: ObjectKey) async throws(ObjectStoreError) -> ObjectDescription? {
        try await describe(key, version: nil)
    }

    /// The first page of objects whose keys begin with `prefix`.
    package func list(below prefix: String) async throws(ObjectStoreError) -> ListingPage<ListedObject> {
        try await list(below: prefix, after: nil)
    }

    /// All versions and delete markers of one key, the newest first.
    package func versions(of key: ObjectKey) async throws(ObjectStoreError) -> [ListedVersion] {
        var found: [ListedVersion] = []
        var position: ListingPosition?
        repeat {
            let page = try await versions(below: key.description, after: position)
            found += page.items.filter { $0.key == key }
            // The keys after it begin with it.
            guard page.items.allSatisfy({ $0.key == key }) else { break }
            position = page.next
        } while position != nil
        return found
    }

    /// Deletes a version, or puts a delete marker, and disregards no lock.
    package func delete(_ key: ObjectKey, version: ObjectVersion?) async throws(ObjectStoreError) {
        try await delete(key, version: version, bypassingGovernance: false)
    }

    /// Locks a version, and shortens no lock.
    package func setRetention(
        _ retention: ObjectRetention,
        of key: ObjectKey,
        version: ObjectVersion?
    ) async throws(ObjectStoreError) {
        try await setRetention(retention, of: key, version: version, bypassingGovernance: false)
    }
}
