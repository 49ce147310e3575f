import Foundation
import Recordings
import TestSupport
import Testing
import Transfer

@testable import ObjectStore

/// What becomes of an upload in parts that ends early, and of tags, as stubs see it.
@Suite(.timeLimit(.minutes(20))) struct UploadTests {
    private static let body = ObjectBody.bytes([UInt8](repeating: 1, count: 6 << 20))

    /// A store that begins uploads, and answers to parts like this.
    private static func stub(parts answer: StoreStub.Answer) throws -> StoreStub {
        try StoreStub { request, _ in
            switch (request.method, request.target.components(separatedBy: "?").last ?? "") {
            case ("POST", "uploads="): StoreStub.Answer(status: 200, body: "<R><UploadId>u</UploadId></R>")
            case ("GET", let query) where query.contains("uploads="):
                StoreStub.Answer(status: 200, body: "<ListMultipartUploadsResult/>")
            case ("PUT", let query) where query.contains("partNumber"): answer
            case ("HEAD", _): StoreStub.Answer(status: 404)
            default: StoreStub.Answer(status: 204)
            }
        }
    }

    private static func options(_ folder: TemporaryFolder) -> PutOptions {
        PutOptions(partBytes: 1, parallelParts: 1, resumeFile: folder.path + "/upload")
    }

    @Test(arguments: [
        (StoreStub.Answer.refusal(400, "ExpiredToken"), ObjectStoreError.Code.credentials),
        (.refusal(403, "AccessDenied"), .denied), (.refusal(500, "InternalError"), .unreachable),
    ])
    func `an upload that ends because of what may pass is kept for the next run`(
        answer: StoreStub.Answer,
        code: ObjectStoreError.Code
    ) async throws {
        let folder = try TemporaryFolder()
        let stub = try Self.stub(parts: answer)
        try await stub.with { store async throws in
            let error = await failure {
                _ = try await store.put(Self.body, at: try key("a"), Self.options(folder))
            }
            #expect(error?.code == code)
        }
        #expect(FileManager.default.fileExists(atPath: folder.path + "/upload"))
        #expect(!stub.requests.contains { $0.method == "DELETE" })
    }

    @Test func `a store without room is given back what the parts take`() async throws {
        let folder = try TemporaryFolder()
        let stub = try Self.stub(parts: .refusal(403, "QuotaExceeded"))
        try await stub.with { store async throws in
            let error = await failure {
                _ = try await store.put(Self.body, at: try key("a"), Self.options(folder))
            }
            #expect(error?.code == .full)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/upload"))
        #expect(stub.requests.contains { $0.method == "DELETE" && $0.target.hasSuffix("?uploadId=u") })
    }

    @Test func `an upload that somebody else has aborted is no missing object`() async throws {
        let folder = try TemporaryFolder()
        let stub = try Self.stub(parts: .refusal(404, "NoSuchUpload"))
        try await stub.with { store async throws in
            let error = await failure {
                _ = try await store.put(Self.body, at: try key("a"), Self.options(folder))
            }
            #expect(error?.code == .precondition && error?.message.contains("run it again") == true)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/upload"))
    }

    @Test func `a policy that does not let parts be listed makes an upload begin anew`() async throws {
        let folder = try TemporaryFolder()
        let stub = try Self.stub(parts: .refusal(500, "InternalError"))
        try await stub.with { store async throws in
            _ = await failure { _ = try await store.put(Self.body, at: try key("a"), Self.options(folder)) }
        }
        let other = try StoreStub { request, _ in
            switch (request.method, request.target.components(separatedBy: "?").last ?? "") {
            case ("POST", "uploads="): StoreStub.Answer(status: 200, body: "<R><UploadId>v</UploadId></R>")
            case ("GET", _): .refusal(403, "AccessDenied")
            case ("PUT", _): StoreStub.Answer(status: 200, fields: ["ETag": "\"e\""])
            case ("POST", _): StoreStub.Answer(status: 200, body: "<R><ETag>e-2</ETag></R>")
            default: StoreStub.Answer(status: 204)
            }
        }
        try await other.with { store async throws in
            // The upload that a former run has begun, in this store.
            let options = Self.options(folder)
            let plan = PartPlan(byteCount: Self.body.byteCount, wanted: options.partBytes)
            let name = try key("a")
            try UploadRecord(
                upload: "u",
                putID: "id",
                fingerprint: try UploadRecord.fingerprint(store.location, name, Self.body, plan, options)
            ).write(folder.path + "/upload")
            #expect(try await store.put(Self.body, at: name, options).etag == "e-2")
        }
        let parts = other.requests.filter { $0.method == "PUT" }
        #expect(parts.count == 2 && parts.allSatisfy { $0.target.hasSuffix("uploadId=v") })
    }

    @Test func `tags are read and replaced, and having none is no failure`() async throws {
        let text = "<Tagging><TagSet><Tag><Key>class</Key><Value>a &amp; b</Value></Tag></TagSet></Tagging>"
        let stub = try StoreStub { request, _ in
            switch request.method {
            case "GET" where request.target.contains("none"): .refusal(404, "NoSuchTagSet")
            case "GET": StoreStub.Answer(status: 200, body: text)
            default: StoreStub.Answer(status: 200)
            }
        }
        try await stub.with { store async throws in
            #expect(try await store.tags(of: try key("a"), version: ObjectVersion("v1")) == ["class": "a & b"])
            #expect(try await store.tags(of: try key("none"), version: nil) == [:])
            try await store.setTags(["class": "a & b", "b": "c"], of: try key("a"), version: ObjectVersion("v1"))
        }
        #expect(stub.requests.map(\.target).first == "/bucket/a?tagging=&versionId=v1")
        let document = String(decoding: stub.requests.last?.body ?? [], as: UTF8.self)
        let tags = "<Tag><Key>b</Key><Value>c</Value></Tag><Tag><Key>class</Key><Value>a &amp; b</Value></Tag>"
        #expect(document.contains("<TagSet>\(tags)</TagSet></Tagging>"))
    }
}
