import Foundation
import Recordings
import TestSupport
import Testing
import Transfer

@testable import ObjectStore

@Suite(
    .timeLimit(.minutes(20)),
    .needs("a real store (make test-vault)", StoreEngine.Kind.tested.allSatisfy(\.isInstalled))
)
struct EngineTests {
    @Test(arguments: StoreEngine.Kind.tested)
    func `what is put is described, read and digested as it was`(kind: StoreEngine.Kind) async throws {
        try await Bucket.with(kind, prefix: "some/prefix") { bucket in
            let (store, bytes) = (bucket.store, noise(300_000))
            let name = try key("archives/acme/2026/11/acme-2026-11-20-001.tar")
            let body = ObjectBody.bytes(bytes)
            let metadata = ["sha256": body.digest.description, "day": "2026-11-20", "metadata-offset": "12"]
            let options = PutOptions(metadata: metadata, tags: ["class": "default"], contentType: "application/x-tar")
            let outcome = try await store.put(body, at: name, options)
            #expect(outcome.byteCount == 300_000 && !outcome.etag.isEmpty && outcome.compositeDigest == nil)
            let description = try #require(try await store.describe(name))
            #expect(description.byteCount == 300_000 && description.etag == outcome.etag)
            #expect(description.metadata.filter { $0.key != "put-id" } == metadata)
            #expect(description.retention == nil && !description.hasLegalHold)
            #expect(description.checksumSHA256 == nil || description.checksumSHA256 == body.digest.base64)
            #expect(abs(try #require(description.lastModified).timeIntervalSince(try await bucket.time())) < 60)
            let (digest, count) = try await store.digest(of: name, version: nil)
            #expect(digest == body.digest && count == 300_000)
            for range in [Int64(0)..<1, 0..<300_000, 299_999..<300_000, 1000..<250_000, 299_990..<400_000] {
                let read = try await store.read(name, version: nil, range: range)
                #expect(read == Array(bytes[Int(range.lowerBound)..<min(300_000, Int(range.upperBound))]))
            }
            #expect(try await store.read(name, version: nil, range: 300_000..<300_001).isEmpty)
            #expect(try await store.read(name, version: nil, range: 5..<5).isEmpty)
        }
    }

    @Test(arguments: StoreEngine.Kind.tested)
    func `keys with any characters are put, listed and deleted`(kind: StoreEngine.Kind) async throws {
        let names = [
            "plain", "with blank", "ü/é/日本", "a~(b):@,=+&?#%25", "semi;colon'quote\"*!$", "trailing/slash/x", "a+b",
            "a%2Bb",
        ]
        try await Bucket.with(kind, prefix: "p") { bucket in
            for name in names {
                _ = try await bucket.store.put(.bytes(Array(name.utf8)), at: try key(name), PutOptions())
            }
            let listed = try await bucket.store.list(below: "")
            #expect(Set(listed.items.map(\.key.description)) == Set(names) && listed.next == nil)
            #expect(listed.items.map(\.key) == listed.items.map(\.key).sorted())
            for name in names {
                let read = try await bucket.store.read(try key(name), version: nil, range: 0..<1000)
                #expect(read == Array(name.utf8))
                try await bucket.store.delete(try key(name), version: nil)
                #expect(try await bucket.store.describe(try key(name)) == nil)
            }
            #expect(try await bucket.store.list(below: "").items.isEmpty)
        }
    }

    @Test(arguments: StoreEngine.Kind.tested)
    func `a listing goes on over pages, from a key, below a prefix`(kind: StoreEngine.Kind) async throws {
        try await Bucket.with(kind) { bucket in
            let names = (0..<1010).map { String(format: "a/%04d", $0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, name) in (names + ["b/1"]).enumerated() {
                    if index >= 8 { try await group.next() }
                    group.addTask { [store = bucket.store] in
                        _ = try await store.put(.bytes([1]), at: try key(name), PutOptions())
                    }
                }
                try await group.waitForAll()
            }
            var found: [String] = []
            var position: ListingPosition?
            var pages = 0
            repeat {
                let page = try await bucket.store.list(below: "a/", after: position)
                found += page.items.map(\.key.description)
                position = page.next
                pages += 1
            } while position != nil
            #expect(found == names && pages == 2)
            let rest = try await bucket.store.list(below: "a/", after: .key(try key("a/1005")))
            #expect(rest.items.map(\.key.description) == ["a/1006", "a/1007", "a/1008", "a/1009"])
            #expect(try await bucket.store.list(below: "c").items.isEmpty)
        }
    }

    @Test(arguments: StoreEngine.Kind.tested)
    func `versions and delete markers are told apart, and a version goes for good`(
        kind: StoreEngine.Kind
    ) async throws {
        try await Bucket.with(kind, lock: true) { bucket in
            let (store, name) = (bucket.store, try key("v/a"))
            let first = try #require(try await store.put(.bytes([1]), at: name, PutOptions()).version)
            let second = try #require(try await store.put(.bytes([2, 2]), at: name, PutOptions()).version)
            _ = try await store.put(.bytes([3]), at: try key("v/ab"), PutOptions())
            #expect(first != second)
            #expect(try await store.read(name, version: first, range: 0..<9) == [1])
            #expect(try await store.describe(name, version: first)?.byteCount == 1)
            try await store.delete(name, version: nil)
            #expect(try await store.describe(name) == nil)
            let all = try await store.versions(of: name)
            #expect(all.map(\.isDeleteMarker) == [true, false, false] && all.map(\.isLatest) == [true, false, false])
            #expect(all.dropFirst().map(\.version) == [second, first] && all.dropFirst().map(\.byteCount) == [2, 1])
            for version in all { try await store.delete(name, version: version.version) }
            #expect(try await store.versions(of: name).isEmpty)
            #expect(try await store.describe(name, version: first) == nil)
            #expect(await failure { _ = try await store.read(name, version: first, range: 0..<1) }?.code == .notFound)
        }
    }

    @Test(arguments: StoreEngine.Kind.tested)
    func `a second put where nothing may be replaced fails, or makes a second version`(
        kind: StoreEngine.Kind
    ) async throws {
        try await Bucket.with(kind) { bucket in
            let name = try key("once")
            let options = PutOptions(onlyIfAbsent: true)
            _ = try await bucket.store.put(.bytes([1]), at: name, options)
            let error = await failure { _ = try await bucket.store.put(.bytes([2]), at: name, options) }
            #expect(error?.code == .precondition)
            #expect(try await bucket.store.read(name, version: nil, range: 0..<9) == [1])
        }
    }

    @Test(arguments: StoreEngine.Kind.tested)
    func `wrong credentials, an unknown bucket and an unknown object are told apart`(
        kind: StoreEngine.Kind
    ) async throws {
        try await Bucket.with(kind) { bucket in
            let name = try key("a")
            let open = { (name: String, secret: String) in
                try ObjectStore(
                    at: ObjectStoreLocation(
                        endpoint: bucket.engine.endpoint,
                        region: bucket.engine.region,
                        bucket: name,
                        pathStyle: true
                    ),
                    credentials: StaticCredentials(
                        ObjectCredentials(accessKeyID: bucket.engine.accessKeyID, secretAccessKey: secret)
                    ),
                    engine: bucket.transfer
                )
            }
            let wrong = try open(bucket.name, "another")
            let refused = await failure { _ = try await wrong.put(.bytes([1]), at: name, PutOptions()) }
            #expect(refused?.code == .credentials && refused?.message.contains("another") == false)
            #expect(await failure { _ = try await wrong.describe(name) }?.code == .credentials)
            #expect(await failure { _ = try await wrong.list(below: "") }?.code == .credentials)
            let absent = try open("no-such-bucket-\(UUID().uuidString.lowercased())", bucket.engine.secretAccessKey)
            #expect(await failure { _ = try await absent.list(below: "") }?.code == .noBucket)
            #expect(try await bucket.store.describe(name) == nil)
            #expect(await failure { _ = try await bucket.store.digest(of: name, version: nil) }?.code == .notFound)
        }
    }
}
