import Crypto
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
struct MultipartTests {
    private static let bytes = noise(13 << 20)

    private static func options(_ resumeFile: String? = nil) -> PutOptions {
        PutOptions(metadata: ["epoch": "1"], partBytes: 5 << 20, parallelParts: 2, resumeFile: resumeFile)
    }

    /// The uploads that the store has not been told to forget.
    private func uploads(_ store: ObjectStore) async throws -> Int {
        var request = StoreRequest(.get, nil, "list uploads of")
        request.query = [("uploads", "")]
        let answer = try #require(AnswerElement(parsing: try await store.exchange.send(request).body))
        return answer.children.count { $0.name == "Upload" }
    }

    @Test(arguments: StoreEngine.Kind.tested)
    func `a large file goes out in parts, and its composite digest is the store's`(
        kind: StoreEngine.Kind
    ) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.put("archive.tar", Self.bytes)
        try await Bucket.with(kind, lock: true) { bucket in
            let (store, name) = (bucket.store, try key("a large one"))
            let body = try await ObjectBody.hashing(path: path)
            #expect(body.digest == ContentDigest(of: Self.bytes) && body.byteCount == Int64(Self.bytes.count))
            let outcome = try await store.put(body, at: name, Self.options())
            let parts = stride(from: 0, to: Self.bytes.count, by: 5 << 20).flatMap {
                Array(SHA256.hash(data: Self.bytes[$0..<min(Self.bytes.count, $0 + 5 << 20)]))
            }
            let composite = Data(SHA256.hash(data: parts)).base64EncodedString() + "-3"
            #expect(outcome.compositeDigest == composite && outcome.version != nil)
            let description = try #require(try await store.describe(name, version: outcome.version))
            #expect(description.byteCount == Int64(Self.bytes.count) && description.metadata["epoch"] == "1")
            #expect(description.checksumSHA256.map { $0.prefix(44) == composite.prefix(44) } ?? true)
            #expect(try await store.digest(of: name, version: outcome.version).0 == body.digest)
            #expect(try await store.versions(of: name).count == 1)
            #expect(try await uploads(store) == 0)
        }
    }

    @Test(arguments: StoreEngine.Kind.tested)
    func `a file that is not what it was is never put together`(kind: StoreEngine.Kind) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.put("archive.tar", Self.bytes)
        try await Bucket.with(kind) { bucket in
            let (store, name) = (bucket.store, try key("changed"))
            let body = try await ObjectBody.hashing(path: path)
            var changed = Self.bytes
            changed[7 << 20] ^= 1
            try folder.put("archive.tar", changed)
            #expect(await failure { _ = try await store.put(body, at: name, Self.options()) }?.code == .local)
            try folder.put("archive.tar", Array(changed.dropLast()))
            #expect(await failure { _ = try await store.put(body, at: name, Self.options()) }?.code == .local)
            #expect(try await store.describe(name) == nil)
            #expect(try await uploads(store) == 0)
        }
    }

    @Test(arguments: StoreEngine.Kind.tested)
    func `an interrupted upload is resumed by the next process, and sends only what is missing`(
        kind: StoreEngine.Kind
    ) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.put("archive.tar", Self.bytes)
        let engine = try await StoreEngine.shared(kind)
        let proxy = try await ChaosProxy(to: engine.port)
        try await Bucket.with(kind, behind: { _ in proxy.endpoint }, patience: StorePatience(stall: .seconds(2))) {
            bucket in
            let (store, name) = (bucket.store, try key("resumed"))
            let body = try await ObjectBody.hashing(path: path)
            var options = Self.options(folder.path + "/upload")
            options.parallelParts = 1
            // Begins, sends two parts, and is cancelled in the third.
            let before = try await proxy.counts()
            let put = Task { [options] in try await store.put(body, at: name, options) }
            while try await proxy.counts().up - before.up < 11 << 20 { try await Task.sleep(for: .milliseconds(5)) }
            put.cancel()
            let isCut = await failure { _ = try await put.value }?.code == .cancelled
            #expect(try await uploads(store) == (isCut ? 1 : 0))
            let middle = try await proxy.counts()
            let outcome = try await store.put(body, at: name, options)
            let after = try await proxy.counts()
            #expect(!isCut || after.up - middle.up < 9 << 20)
            #expect(try await store.digest(of: name, version: outcome.version).0 == body.digest)
            #expect(try await uploads(store) == 0)
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/upload"))
        }
    }

    @Test(arguments: StoreEngine.Kind.tested)
    func `an upload that was begun with other facts is not resumed, and is forgotten`(
        kind: StoreEngine.Kind
    ) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.put("archive.tar", Self.bytes)
        try await Bucket.with(kind) { bucket in
            let (store, name) = (bucket.store, try key("another epoch"))
            let body = try await ObjectBody.hashing(path: path)
            var options = Self.options(folder.path + "/upload")
            let plan = PartPlan(byteCount: body.byteCount, wanted: options.partBytes)
            var request = StoreRequest(.post, name, "begin to put")
            request.query = [("uploads", "")]
            request.fields = try PutFields.fields(options, id: "other")
            let answer = AnswerElement(parsing: try await store.exchange.send(request).body)
            let record = UploadRecord(
                upload: try #require(answer?.text("UploadId")),
                putID: "other",
                fingerprint: try UploadRecord.fingerprint(store.location, name, body, plan, options)
            )
            try record.write(folder.path + "/upload")
            options.metadata["epoch"] = "2"
            _ = try await store.put(body, at: name, options)
            #expect(try await store.describe(name)?.metadata["epoch"] == "2")
            #expect(try await uploads(store) == 0)
        }
    }
}
