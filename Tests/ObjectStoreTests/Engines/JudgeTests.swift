import Foundation
import Recordings
import TestSupport
import Testing

@testable import ObjectStore

/// What others read of what this module wrote: boto3, and AWS's command line.
@Suite(
    .timeLimit(.minutes(20)),
    .needs("a real store (make test-vault)", StoreEngine.Kind.tested.allSatisfy(\.isInstalled)),
    .needs("boto3 (make test-vault)", StoreEngine.judgePython != nil)
)
struct JudgeTests {
    /// What `Tests/vault/judge.py` prints.
    private struct Findings: Decodable {
        var sha256: String
        var byteCount: Int64
        var metadata: [String: String]
        var contentType: String
        var checksum: String?
        var tags: [String: String]
        var mode: String?
        var until: Double?
        var cliMode: String?
        var isHeld: Bool
        var versions: [String]
        var deleteMarkers: Int
        var unfinished: Int
        var isDeleted: Bool
    }

    private func judge(_ bucket: Bucket, _ name: ObjectKey, _ version: ObjectVersion) throws -> Findings {
        let engine = bucket.engine
        let outcome = try engine.judge(bucket: bucket.name, key: name.description, version: version.description)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Findings.self, from: Data(outcome.utf8))
    }

    @Test(arguments: StoreEngine.Kind.tested, [1000, 11 << 20])
    func `others read what was written, and its lock`(kind: StoreEngine.Kind, count: Int) async throws {
        try await Bucket.with(kind, lock: true) { bucket in
            let (store, name) = (bucket.store, try key("archives/acme/ü b+c.tar"))
            let body = ObjectBody.bytes(noise(count))
            let until = Date(timeIntervalSince1970: (try await bucket.time().timeIntervalSince1970 + 900).rounded())
            let retention = ObjectRetention(mode: .compliance, until: until)
            let options = PutOptions(
                metadata: ["day": "2026-11-20", "sha256": body.digest.description],
                tags: ["class": "default"],
                contentType: "application/x-tar",
                retention: retention,
                partBytes: 5 << 20
            )
            let outcome = try await store.put(body, at: name, options)
            let version = try #require(outcome.version)
            // A store may lose the lock of an object in parts.
            if try await store.retention(of: name, version: version) == nil {
                #expect(kind == .ceph && outcome.compositeDigest != nil)
                try await store.setRetention(retention, of: name, version: version)
            }
            // And its tags.
            if try await store.tags(of: name, version: version).isEmpty {
                #expect(kind == .ceph && outcome.compositeDigest != nil)
                try await store.setTags(options.tags, of: name, version: version)
            }
            try await store.setLegalHold(true, of: name, version: version)
            let findings = try judge(bucket, name, version)
            #expect(findings.sha256 == body.digest.description && findings.byteCount == body.byteCount)
            #expect(findings.metadata["day"] == "2026-11-20" && findings.metadata["sha256"] == body.digest.description)
            // SeaweedFS forgets the type when it sets a hold.
            #expect(findings.contentType == "application/x-tar" || kind == .seaweedFS)
            #expect(findings.tags == ["class": "default"])
            let expected = outcome.compositeDigest ?? body.digest.base64
            #expect(findings.checksum.map { $0.prefix(44) == expected.prefix(44) } ?? true)
            #expect(findings.mode == "COMPLIANCE" && findings.cliMode == "COMPLIANCE")
            #expect(findings.until == until.timeIntervalSince1970 && findings.isHeld)
            #expect(findings.versions == [version.description] && findings.deleteMarkers == 0)
            #expect(findings.unfinished == 0 && !findings.isDeleted)
        }
    }
}
