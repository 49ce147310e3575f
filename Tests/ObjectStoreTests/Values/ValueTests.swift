import Foundation
import Recordings
import Testing
import Transfer

@testable import ObjectStore

struct ValueTests {
    @Test(arguments: ["a", "a/b", "a//b", "ü (~):@,=+&?#%", "...", "a/.b", String(repeating: "x", count: 1024)])
    func `a key may be almost anything`(text: String) {
        #expect(ObjectKey(text)?.description == text)
    }

    @Test(arguments: ["", ".", "..", "a/../b", "./a", "a/.", "a\u{0}b", String(repeating: "x", count: 1025)])
    func `what servers read as folders, and what no store takes, is no key`(text: String) {
        #expect(ObjectKey(text) == nil)
    }

    @Test func `keys are in the order of their bytes, as stores list them`() throws {
        let keys = try ["Z", "a", "a-b", "a/b", "é", "\u{65}\u{301}"].map { try #require(ObjectKey($0)) }
        #expect(keys.sorted().map(\.description) == ["Z", "a", "a-b", "a/b", "\u{65}\u{301}", "é"])
    }

    private static func location(
        _ endpoint: String = "https://s3.example",
        bucket: String = "bucket",
        prefix: String = "",
        pathStyle: Bool = false
    ) throws -> ObjectStoreLocation {
        try ObjectStoreLocation(
            endpoint: endpoint,
            region: "r-1",
            bucket: bucket,
            prefix: prefix,
            pathStyle: pathStyle
        )
    }

    @Test(arguments: [
        ("https://s3.example", "", false, "bucket.s3.example", "https://bucket.s3.example/a%20b"),
        ("https://s3.example:443/", "p", false, "bucket.s3.example", "https://bucket.s3.example/p/a%20b"),
        ("https://s3.example:8443", "p/q/", true, "s3.example:8443", "https://s3.example:8443/bucket/p/q/a%20b"),
        ("http://127.0.0.1:80", "", true, "127.0.0.1", "http://127.0.0.1/bucket/a%20b"),
        ("http://[::1]:9000", "", true, "[::1]:9000", "http://[::1]:9000/bucket/a%20b"),
    ])
    func `a bucket is in the host's name or in the path`(
        endpoint: String,
        prefix: String,
        pathStyle: Bool,
        host: String,
        url: String
    ) throws {
        let location = try Self.location(endpoint, prefix: prefix, pathStyle: pathStyle)
        #expect(location.host == host)
        let key = ObjectKey("a b")
        let path = location.path(key)
        #expect(location.url(path: path, query: "")?.absoluteString == url)
        #expect(location.path(nil) == (pathStyle ? "/bucket" : "/"))
    }

    @Test(arguments: [
        "s3.example", "ftp://s3.example", "https://", "https://u:p@s3.example", "https://s3.example/path",
        "https://s3.example?x", "http://s3.example", "http://127.0.0.1.example",
    ])
    func `an endpoint that cannot be used, or would send secrets in the clear, is refused`(endpoint: String) {
        #expect(throws: ObjectStoreError.self) { try Self.location(endpoint) }
    }

    @Test(arguments: ["", "a", "a/b", "ü", "-ab", String(repeating: "a", count: 64)])
    func `a bucket's name is checked`(bucket: String) {
        #expect(throws: ObjectStoreError.self) { try Self.location(bucket: bucket) }
    }

    @Test(arguments: ["/p", "../p", "p/../q/"]) func `a prefix is checked`(prefix: String) {
        #expect(throws: ObjectStoreError.self) { try Self.location(prefix: prefix) }
    }

    @Test(arguments: [
        ("2026-11-22T05:31:48Z", 1_795_325_508.0), ("2026-11-22T05:31:48.000000000Z", 1_795_325_508),
        ("2026-11-22T05:31:48.250Z", 1_795_325_508.25), ("2026-11-22T06:31:48+01:00", 1_795_325_508),
    ])
    func `instants are read in every form that stores have`(text: String, seconds: Double) {
        #expect(StoreTime.date(text)?.timeIntervalSince1970 == seconds)
    }

    @Test(arguments: ["", "yesterday", "2026-11-22", "2026-11-22T05:31:48", "2026-13-22T05:31:48Z"])
    func `what is no instant is none`(text: String) {
        #expect(StoreTime.date(text) == nil)
    }

    @Test func `the end of a lock is rounded up, never down`() {
        let date = Date(timeIntervalSince1970: 1_795_325_508)
        #expect(StoreTime.roundedUp(date) == "2026-11-22T05:31:48Z")
        #expect(StoreTime.roundedUp(date.addingTimeInterval(0.001)) == "2026-11-22T05:31:49Z")
        #expect(StoreTime.compact(date) == "20261122T053148Z")
    }

    private static let mebibyte: Int64 = 1_048_576
    private static let plans: [(Int64, Int64, Int, Int64)] = [
        (0, 64 * mebibyte, 1, 64 * mebibyte), (1, 1, 1, 5 * mebibyte), (5 * mebibyte, 5 * mebibyte, 1, 5 * mebibyte),
        (5 * mebibyte + 1, 5 * mebibyte, 2, 5 * mebibyte), (5_497_558_138_880, 64 * mebibyte, 10_000, 549_755_814),
    ]

    @Test(arguments: plans)
    func `parts keep to the limits of S3`(bytes: Int64, wanted: Int64, count: Int, partBytes: Int64) {
        let plan = PartPlan(byteCount: bytes, wanted: wanted)
        #expect(plan.count == count && plan.partBytes == partBytes)
        #expect(plan.range(ofPart: 1).lowerBound == 0)
        #expect(plan.range(ofPart: count).upperBound == bytes)
    }

    @Test func `the composite digest is the digest of the parts' digests`() {
        let parts = [1, 2].map { SentPart(number: $0, etag: "e", digest: ContentDigest(of: [UInt8($0)])) }
        // Computed by Python's hashlib.
        #expect(SentPart.compositeDigest(of: parts) == "QtvutOtdQbvck3MsaoerMkHuA/RKB4ClLd+DH1/Yi1M=-2")
    }

    @Test func `a part that the store has is only kept if it is certainly the same`() {
        let digest = ContentDigest(of: [1])
        let md5 = "55a54008ad1ba589aa210d2629c1df41"
        let isSame = { (part: KeptPart) in part.isSame(byteCount: 1, digest: digest, md5: md5) }
        #expect(isSame(KeptPart(byteCount: 1, etag: "x", checksum: digest.base64)))
        #expect(!isSame(KeptPart(byteCount: 1, etag: md5, checksum: ContentDigest(of: [2]).base64)))
        #expect(!isSame(KeptPart(byteCount: 2, etag: md5, checksum: digest.base64)))
        #expect(isSame(KeptPart(byteCount: 1, etag: md5.uppercased())))
        #expect(!isSame(KeptPart(byteCount: 1, etag: "x")))
    }

    @Test(arguments: [
        ["A": "b"], ["a b": "c"], ["a": "ü"], ["a": "b\r\nc"], ["a": " b"], ["a": "b  c"], ["put-id": "x"],
    ])
    func `metadata that would not arrive as it is, is not sent`(metadata: [String: String]) {
        #expect(throws: ObjectStoreError.self) { try PutFields.fields(PutOptions(metadata: metadata), id: "x") }
    }

    @Test func `an object's fields are complete`() throws {
        let options = PutOptions(
            metadata: ["sha256": "00", "day": "2026-11-22"],
            tags: ["class": "a b"],
            contentType: "application/x-tar",
            retention: ObjectRetention(mode: .compliance, until: Date(timeIntervalSince1970: 1_795_325_508))
        )
        let fields = try PutFields.fields(options, id: "i").map { "\($0.name): \($0.value)" }
        #expect(
            fields == [
                "Content-Type: application/x-tar", "x-amz-meta-day: 2026-11-22", "x-amz-meta-sha256: 00",
                "x-amz-meta-put-id: i", "x-amz-tagging: class=a%20b", "x-amz-object-lock-mode: COMPLIANCE",
                "x-amz-object-lock-retain-until-date: 2026-11-22T05:31:48Z",
            ]
        )
    }
}
