import Foundation
import Recordings
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import ObjectStore

/// Answers that are complete, and not what was asked for.
@Suite(.timeLimit(.minutes(20))) struct LyingStoreTests {
    private func read(
        _ answer: StoreStub.Answer,
        _ range: Range<Int64> = 10..<20,
        version: String? = nil
    ) async throws -> Result<[UInt8], ObjectStoreError> {
        let stub = try StoreStub { _, _ in answer }
        let result = Mutex<Result<[UInt8], ObjectStoreError>>(.success([]))
        try await stub.with { store async throws in
            do throws(ObjectStoreError) {
                let name = ObjectKey("a")
                guard let name else { return }
                let version = version.flatMap { ObjectVersion($0) }
                let bytes = try await store.read(name, version: version, range: range)
                result.withLock { $0 = .success(bytes) }
            } catch {
                result.withLock { $0 = .failure(error) }
            }
        }
        return result.withLock { $0 }
    }

    private static func part(_ range: String, _ body: String) -> StoreStub.Answer {
        StoreStub.Answer(status: 206, fields: ["Content-Range": range], body: body)
    }

    @Test func `a range is what was asked for, or shorter at the end`() async throws {
        #expect(try await read(Self.part("bytes 10-19/100", "0123456789")).get() == Array("0123456789".utf8))
        #expect(try await read(Self.part("bytes 10-14/15", "01234")).get() == Array("01234".utf8))
        #expect(try await read(.refusal(416, "InvalidRange")).get() == [])
        let whole = StoreStub.Answer(status: 200, body: "01234")
        #expect(try await read(whole, 0..<10).get() == Array("01234".utf8))
    }

    @Test(arguments: [
        part("bytes 0-9/100", "0123456789"), part("bytes 10-18/100", "012345678"), part("bytes 10-19/100", "01234"),
        part("bytes 10-20/100", "01234567890"), part("nonsense", "0123456789"),
        StoreStub.Answer(status: 200, body: "x"),
    ])
    func `any other range is an error`(answer: StoreStub.Answer) async throws {
        let result = try await read(answer)
        #expect(throws: ObjectStoreError.self) { try result.get() }
    }

    @Test func `another version than was asked for is an error`() async throws {
        var answer = Self.part("bytes 10-19/100", "0123456789")
        answer.fields["x-amz-version-id"] = "v2"
        #expect(try await read(answer, version: "v2").get().count == 10)
        let result = try await read(answer, version: "v1")
        #expect(throws: ObjectStoreError.self) { try result.get() }
    }

    @Test func `an object that changes while it is read is not mixed with the other`() async throws {
        let stub = try StoreStub { request, count in
            guard count > 0 else {
                return StoreStub.Answer(status: 200, fields: ["ETag": "\"a\"", "Content-Length": "9"], body: "123")
            }
            return request.fields["if-match"] == "\"a\"" ? .refusal(412, "PreconditionFailed") : .refusal(500, "Wrong")
        }
        try await stub.with { store async throws in
            let error = await failure { _ = try await store.digest(of: try key("a"), version: nil) }
            #expect(error?.code == .precondition)
        }
    }

    @Test(arguments: [
        "", "<html></html>", "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListVersionsResult></ListVersionsResult>",
    ])
    func `a listing that cannot be read, or gone on with, is an error`(body: String) async throws {
        let stub = try StoreStub { _, _ in StoreStub.Answer(status: 200, body: body) }
        try await stub.with { store async throws in
            #expect(await failure { _ = try await store.list(below: "") }?.code == .unsupported)
        }
    }

    @Test func `a listing that goes in circles is an error`() async throws {
        let body = """
            <ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>
            </ListBucketResult>
            """
        let stub = try StoreStub { _, _ in StoreStub.Answer(status: 200, body: body) }
        try await stub.with { store async throws in
            let page = try await store.list(below: "")
            #expect(await failure { _ = try await store.list(below: "", after: page.next) }?.code == .unsupported)
        }
    }

    @Test func `a refused HEAD finds out why by another request`() async throws {
        let stub = try StoreStub { request, _ in
            request.method == "HEAD" ? StoreStub.Answer(status: 403) : .refusal(403, "AccessDenied")
        }
        try await stub.with { store async throws in
            let error = await failure { _ = try await store.describe(try key("a")) }
            #expect(error?.code == .denied && error?.storeCode == "AccessDenied")
        }
    }
}
