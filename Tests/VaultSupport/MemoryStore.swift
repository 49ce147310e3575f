import Crypto
import Foundation
import ObjectStore
import Recordings
import Synchronization

/// An object store in memory, for tests: honest, or a liar in one of the ways in which real stores are.
package final class MemoryStore: ObjectStoring {
    struct State {
        /// The newest version of a key is the last.
        var objects: [String: [Version]] = [:]
        var counter = 0
        var calls: [String] = []
        var failAt: [Int: Failing] = [:]
        var error = ObjectStoreError(.unreachable, "the store gives no answer")
        var isFull = false
        var readBytes: Int64 = 0
    }

    let lies: Set<Lie>
    let now: @Sendable () -> Date
    private let pageSize: Int
    private let state = Mutex(State())
    /// A store that loses what parts were put with takes whatever is larger for parts.
    private static let fewBytes: Int64 = 4
    /// Called in the middle of each put, when the bytes have gone out and the object does not exist yet.
    private let pause: @Sendable (ObjectKey) async -> Void

    package init(
        _ lies: Set<Lie> = [],
        pageSize: Int = 1000,
        pause: @escaping @Sendable (ObjectKey) async -> Void = { _ in },
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.lies = lies
        self.pageSize = pageSize
        self.pause = pause
        self.now = now
    }

    // MARK: - For tests

    /// Everything that it has, delete markers included, the newest version of a key last.
    package var objects: [String: [Version]] { state.withLock(\.objects) }
    /// Every call, by its name and key.
    package var calls: [String] { state.withLock(\.calls) }
    /// How many bytes were read.
    package var readBytes: Int64 { state.withLock(\.readBytes) }

    /// Has the call with this number, counted from now, fail.
    package func fail(call number: Int, _ failing: Failing, with error: ObjectStoreError? = nil) {
        state.withLock { state in
            state.failAt[state.calls.count + number] = failing
            if let error { state.error = error }
        }
    }

    /// Has all calls from now on fail with this error; `nil` ends that.
    package func failAll(with error: ObjectStoreError?) {
        state.withLock { state in
            state.error = error ?? ObjectStoreError(.unreachable, "the store gives no answer")
            state.failAt = error == nil ? [:] : [-1: .before]
        }
    }

    /// Whether it has no room.
    package func setFull(_ isFull: Bool) { state.withLock { $0.isFull = isFull } }

    /// Changes the bytes of the newest version behind everyone's back.
    package func damage(_ key: String) {
        state.withLock { state in
            guard var versions = state.objects[key], !versions.isEmpty, !versions[versions.count - 1].bytes.isEmpty
            else {
                return
            }
            versions[versions.count - 1].bytes[0] ^= 1
            state.objects[key] = versions
        }
    }

    /// Removes everything of an object behind everyone's back.
    package func lose(_ key: String) { state.withLock { $0.objects[key] = nil } }

    // MARK: - Calls

    /// Counts a call, and does it unless it is to fail.
    func call<Value>(
        _ name: String,
        _ key: String,
        _ body: (inout State) throws(ObjectStoreError) -> Value
    ) throws(ObjectStoreError) -> Value {
        let result: Result<Value, ObjectStoreError> = state.withLock { state in
            state.calls.append("\(name) \(key)")
            let failing = state.failAt[-1] ?? state.failAt[state.calls.count]
            if failing == .before { return .failure(state.error) }
            do throws(ObjectStoreError) {
                let value = try body(&state)
                return failing == .after ? .failure(state.error) : .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    package func put(
        _ body: ObjectBody,
        at key: ObjectKey,
        _ options: PutOptions
    ) async throws(ObjectStoreError) -> PutOutcome {
        var bytes: [UInt8]
        switch body.source {
        case .bytes(let given): bytes = given
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path) else {
                throw ObjectStoreError(.local, "cannot read \(path)")
            }
            bytes = Array(data)
        }
        await pause(key)
        let isInParts = body.byteCount > (lies.contains(.dropsLocksOfParts) ? Self.fewBytes : options.partBytes)
        let time = now()
        return try call("put", key.description) { state throws(ObjectStoreError) in
            if state.isFull { throw ObjectStoreError(.full, "\(key): no room") }
            let digest = Self.digest(bytes)
            if digest != body.digest, !lies.contains(.takesWrongChecksums) {
                throw ObjectStoreError(.damaged, "\(key): the checksum is wrong")
            }
            var versions = state.objects[key.description] ?? []
            if options.onlyIfAbsent, versions.last.map({ !$0.isDeleteMarker }) == true,
                !lies.contains(.ignoresConditions)
            {
                throw ObjectStoreError(.precondition, "\(key): it exists")
            }
            if options.retention != nil, lies.contains(.keepsNoVersions) {
                throw ObjectStoreError(.unsupported, "\(key): the bucket has no object lock")
            }
            if lies.contains(.flipsBits), key.description.hasPrefix("archives/"), !bytes.isEmpty {
                bytes[bytes.count / 2] ^= 1
            }
            let dropsLock = lies.contains(.dropsLocks) || isInParts && lies.contains(.dropsLocksOfParts)
            state.counter += 1
            let known = Data((lies.contains(.echoesChecksums) ? body.digest : Self.digest(bytes)).bytes)
                .base64EncodedString()
            let checksum = isInParts ? "\(known)-2" : known
            let version = Version(
                id: "v\(state.counter)",
                bytes: bytes,
                metadata: options.metadata,
                tags: isInParts && lies.contains(.dropsLocksOfParts) ? [:] : options.tags,
                retention: dropsLock ? nil : options.retention,
                modified: time,
                checksum: lies.contains(.keepsNoChecksums) ? nil : checksum,
                isInParts: isInParts
            )
            if lies.contains(.keepsNoVersions) { versions = [] }
            state.objects[key.description] = versions + [version]
            return PutOutcome(
                version: self.id(version),
                etag: "e\(state.counter)",
                compositeDigest: isInParts ? "\(Data(body.digest.bytes).base64EncodedString())-2" : nil,
                byteCount: Int64(bytes.count)
            )
        }
    }

    package func describe(
        _ key: ObjectKey,
        version: ObjectVersion?
    ) async throws(ObjectStoreError) -> ObjectDescription? {
        try call("describe", key.description) { state throws(ObjectStoreError) in
            guard let found = Self.find(key, version, in: state) else { return nil }
            return ObjectDescription(
                key: key,
                version: id(found),
                byteCount: Int64(found.bytes.count),
                etag: found.isInParts ? "\(found.id)-2" : found.id,
                lastModified: Date(timeIntervalSince1970: found.modified.timeIntervalSince1970.rounded(.down)),
                metadata: found.metadata,
                retention: found.retention,
                hasLegalHold: found.isHeld,
                checksumSHA256: found.checksum
            )
        }
    }

    package func read(
        _ key: ObjectKey,
        version: ObjectVersion?,
        range: Range<Int64>
    ) async throws(ObjectStoreError) -> [UInt8] {
        try call("read", key.description) { state throws(ObjectStoreError) in
            let found = try Self.require(key, version, in: state)
            let end = min(range.upperBound, Int64(found.bytes.count))
            guard range.lowerBound < end else { return [] }
            state.readBytes += end - range.lowerBound
            return Array(found.bytes[Int(range.lowerBound)..<Int(end)])
        }
    }

    package func stream(
        _ key: ObjectKey,
        version: ObjectVersion?,
        range: Range<Int64>?,
        to receive: @escaping @Sendable (UnsafeRawBufferPointer) throws(ObjectStoreError) -> Void
    ) async throws(ObjectStoreError) {
        let bytes = try await read(key, version: version, range: range ?? 0..<Int64.max)
        var failure: ObjectStoreError?
        bytes.withUnsafeBytes { buffer in
            do throws(ObjectStoreError) { try receive(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    package func digest(
        of key: ObjectKey,
        version: ObjectVersion?
    ) async throws(ObjectStoreError) -> (ContentDigest, Int64) {
        try call("digest", key.description) { state throws(ObjectStoreError) in
            let found = try Self.require(key, version, in: state)
            state.readBytes += Int64(found.bytes.count)
            return (Self.digest(found.bytes), Int64(found.bytes.count))
        }
    }

    package func list(
        below prefix: String,
        after position: ListingPosition?
    ) async throws(ObjectStoreError) -> ListingPage<ListedObject> {
        try call("list", prefix) { state throws(ObjectStoreError) in
            let found = state.objects.compactMap { key, versions -> ListedObject? in
                guard key.hasPrefix(prefix), let last = versions.last, !last.isDeleteMarker, let key = ObjectKey(key)
                else {
                    return nil
                }
                return ListedObject(
                    key: key,
                    byteCount: Int64(last.bytes.count),
                    etag: last.id,
                    lastModified: last.modified
                )
            }.sorted { $0.key < $1.key }
            var rest = found[...]
            if case .key(let last) = position { rest = rest.drop { $0.key <= last } }
            let page = Array(rest.prefix(pageSize))
            return ListingPage(page, next: rest.count > page.count ? page.last.map { .key($0.key) } : nil)
        }
    }

    package func versions(
        below prefix: String,
        after position: ListingPosition?
    ) async throws(ObjectStoreError) -> ListingPage<ListedVersion> {
        try call("versions", prefix) { state throws(ObjectStoreError) in
            var found: [ListedVersion] = []
            for (text, versions) in state.objects.sorted(by: { $0.key < $1.key }) where text.hasPrefix(prefix) {
                guard let key = ObjectKey(text) else { continue }
                for (place, version) in versions.enumerated().reversed() {
                    found.append(
                        ListedVersion(
                            key: key,
                            version: id(version),
                            isDeleteMarker: version.isDeleteMarker,
                            isLatest: place == versions.count - 1,
                            byteCount: Int64(version.bytes.count),
                            etag: version.id,
                            lastModified: version.modified
                        )
                    )
                }
            }
            // A page ends with a key, so the position of the next one is simple.
            var rest = found[...]
            if case .key(let last) = position { rest = rest.drop { $0.key <= last } }
            var page = Array(rest.prefix(pageSize))
            while page.count < rest.count, let last = page.last, rest[rest.startIndex + page.count].key == last.key {
                page.append(rest[rest.startIndex + page.count])
            }
            return ListingPage(page, next: rest.count > page.count ? page.last.map { .key($0.key) } : nil)
        }
    }

    package func delete(
        _ key: ObjectKey,
        version: ObjectVersion?,
        bypassingGovernance: Bool
    ) async throws(ObjectStoreError) {
        let time = now()
        try call("delete", key.description) { state throws(ObjectStoreError) in
            guard let version else {
                if lies.contains(.keepsNoVersions) { return state.objects[key.description] = nil }
                state.counter += 1
                let marker = Version(id: "v\(state.counter)", bytes: [], isDeleteMarker: true, modified: time)
                return state.objects[key.description, default: []].append(marker)
            }
            guard let found = Self.find(key, version, in: state, withMarkers: true) else { return }
            let isLocked = lies.contains(.refusesDeletes) || isLocked(found, at: time, bypassing: bypassingGovernance)
            if isLocked, !lies.contains(.deletesLocked), !lies.contains(.refusesAndDeletes) {
                throw ObjectStoreError(.locked, "\(key): it is locked")
            }
            state.objects[key.description]?.removeAll { $0.id == found.id }
            if state.objects[key.description]?.isEmpty == true { state.objects[key.description] = nil }
            if isLocked, lies.contains(.refusesAndDeletes) { throw ObjectStoreError(.locked, "\(key): it is locked") }
        }
    }

    private func id(_ version: Version) -> ObjectVersion? {
        lies.contains(.keepsNoVersions) ? nil : ObjectVersion(version.id)
    }

    private static func find(
        _ key: ObjectKey,
        _ version: ObjectVersion?,
        in state: State,
        withMarkers: Bool = false
    ) -> Version? {
        let versions = state.objects[key.description] ?? []
        let found = version.map { wanted in versions.first { $0.id == wanted.description } } ?? versions.last
        return found.flatMap { $0.isDeleteMarker && !withMarkers ? nil : $0 }
    }

    static func require(
        _ key: ObjectKey,
        _ version: ObjectVersion?,
        in state: State
    ) throws(ObjectStoreError) -> Version {
        guard let found = find(key, version, in: state) else {
            throw ObjectStoreError(.notFound, "\(key) does not exist")
        }
        return found
    }

    private static func digest(_ bytes: [UInt8]) -> ContentDigest {
        guard let digest = ContentDigest(bytes: SHA256.hash(data: bytes)) else { preconditionFailure("32 bytes") }
        return digest
    }
}
