import Foundation
import Recordings
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import ObjectStore

@Suite(.timeLimit(.minutes(20))) struct RetryTests {
    private static let taken = StoreStub.Answer(status: 200, fields: ["ETag": "\"e\"", "x-amz-version-id": "v1"])

    @Test(arguments: [
        StoreStub.Answer.refusal(503, "SlowDown"), .refusal(500, "InternalError"), .refusal(400, "RequestTimeout"),
        .refusal(400, "BadDigest"), .refusal(400, "XAmzContentSHA256Mismatch"), .refusal(409, "OperationAborted"),
        StoreStub.Answer(status: 502, body: "<html>"), StoreStub.Answer(status: 503, body: "<html>"), .lost,
    ])
    func `what may pass is tried again`(first: StoreStub.Answer) async throws {
        let stub = try StoreStub { request, count in
            if count == 0 { return first }
            return request.method == "HEAD" ? StoreStub.Answer(status: 404) : Self.taken
        }
        try await stub.with { store async throws in
            let outcome = try await store.put(.bytes([1, 2, 3]), at: try key("a"), PutOptions())
            #expect(outcome == PutOutcome(version: ObjectVersion("v1"), etag: "e", byteCount: 3))
        }
        #expect(stub.requests.filter { $0.method == "PUT" }.map(\.body) == [[1, 2, 3], [1, 2, 3]])
    }

    @Test(arguments: [
        (StoreStub.Answer.refusal(403, "AccessDenied"), ObjectStoreError.Code.denied),
        (.refusal(403, "SignatureDoesNotMatch"), .credentials), (.refusal(404, "NoSuchBucket"), .noBucket),
        (.refusal(403, "QuotaExceeded"), .full), (.refusal(507, "InsufficientStorage"), .full),
        (.refusal(412, "PreconditionFailed"), .precondition), (.refusal(501, "NotImplemented"), .unsupported),
        (.refusal(400, "InvalidRequest"), .unsupported), (.refusal(301, "PermanentRedirect"), .misconfigured),
        (StoreStub.Answer(status: 418), .unsupported),
    ])
    func `what does not pass is an error at once`(answer: StoreStub.Answer, code: ObjectStoreError.Code) async throws {
        let stub = try StoreStub { request, _ in request.method == "HEAD" ? StoreStub.Answer(status: 404) : answer }
        try await stub.with { store async throws in
            let error = await failure { _ = try await store.put(.bytes([1]), at: try key("a"), PutOptions()) }
            #expect(error?.code == code && error?.status == answer.status)
            let message = error?.message ?? ""
            for secret in ["top-secret", "session-secret", "Signature="] { #expect(!message.contains(secret)) }
            #expect(answer.body.isEmpty || message.contains("R1"))
        }
        #expect(stub.requests.count { $0.method == "PUT" } == 1)
    }

    @Test(arguments: [
        (StoreStub.Answer.refusal(400, "BadDigest"), ObjectStoreError.Code.damaged),
        (.refusal(503, "SlowDown"), .unreachable), (.lost, .unreachable),
    ])
    func `what does not pass in any attempt is the error of the last`(
        answer: StoreStub.Answer,
        code: ObjectStoreError.Code
    ) async throws {
        let stub = try StoreStub { request, _ in request.method == "HEAD" ? StoreStub.Answer(status: 404) : answer }
        try await stub.with { store async throws in
            let error = await failure { _ = try await store.put(.bytes([1]), at: try key("a"), PutOptions()) }
            #expect(error?.code == code && error?.isTransient == true)
        }
        #expect(stub.requests.count { $0.method == "PUT" } == 3)
    }

    @Test func `a repetition is reported before it is sent, with its number and why`() async throws {
        let reported = Mutex<[StoreRetry]>([])
        let stub = try StoreStub { _, count in
            count < 2 ? .refusal(503, "SlowDown") : StoreStub.Answer(status: 404)
        }
        try await stub.with(onRetry: { retry in reported.withLock { $0.append(retry) } }) { store async throws in
            let found = try await store.describe(try key("a"))
            #expect(found == nil)
        }
        let retries = reported.withLock { $0 }
        #expect(retries.map(\.attempt) == [2, 3] && retries.allSatisfy { $0.attempts == 3 })
        #expect(retries.allSatisfy { $0.cause.code == .unreachable && $0.cause.message.contains("503") })
        #expect(stub.requests.count == 3)
    }

    @Test func `a checksum that is wrong on purpose is sent once`() async throws {
        let stub = try StoreStub { _, _ in .refusal(400, "BadDigest") }
        var options = PutOptions()
        options.repeatsDamaged = false
        try await stub.with { [options] store async throws in
            let error = await failure { _ = try await store.put(.bytes([1]), at: try key("a"), options) }
            #expect(error?.code == .damaged)
        }
        #expect(stub.requests.count == 1)
    }

    @Test func `a host that has no address may be a bucket that belongs into the path`() {
        let unresolved = TransferError(.unresolved, "the host's name cannot be resolved")
        let error = StoreFailure(unresolved, to: StoreRequest(.get, nil, "read")).error
        #expect(error.code == .unreachable && error.message.contains("vault.path_style"))
    }

    @Test func `a store that may be full is said to`() async throws {
        let stub = try StoreStub { request, _ in
            request.method == "HEAD" ? StoreStub.Answer(status: 404) : .refusal(500, "InternalError")
        }
        try await stub.with { store async throws in
            let error = await failure { _ = try await store.put(.bytes([1]), at: try key("a"), PutOptions()) }
            #expect(error?.code == .unreachable && error?.message.contains("has room") == true)
        }
    }

    @Test func `every request has both checksums, and no secret`() async throws {
        let stub = try StoreStub { _, _ in Self.taken }
        try await stub.with { store async throws in
            _ = try await store.put(.bytes([1, 2, 3]), at: try key("a b"), PutOptions())
            try await store.setLegalHold(true, of: try key("a b"), version: nil)
        }
        let (put, hold) = (stub.requests[0], stub.requests[1])
        #expect(put.target == "/bucket/a%20b" && put.body == [1, 2, 3] && hold.target == "/bucket/a%20b?legal-hold=")
        for request in [put, hold] {
            let digest = ContentDigest(of: request.body)
            #expect(request.fields["x-amz-content-sha256"] == digest.description)
            #expect(request.fields["x-amz-checksum-sha256"] == digest.base64)
            #expect(request.fields["x-amz-security-token"] == "session-secret")
            #expect(request.fields["authorization"]?.contains("top-secret") == false)
        }
    }

    @Test func `a lost answer is looked for before anything is put again`() async throws {
        let id = Mutex("")
        let stub = try StoreStub { request, _ in
            guard request.method == "HEAD" else {
                id.withLock { $0 = request.fields["x-amz-meta-put-id"] ?? "" }
                return .lost
            }
            let fields = ["x-amz-meta-put-id": id.withLock { $0 }, "ETag": "\"e\"", "x-amz-version-id": "v1"]
            return StoreStub.Answer(status: 200, fields: fields)
        }
        try await stub.with { store async throws in
            let outcome = try await store.put(.bytes([1]), at: try key("a"), PutOptions())
            #expect(outcome.version == ObjectVersion("v1"))
        }
        #expect(stub.requests.map(\.method) == ["PUT", "HEAD"])
    }

    @Test func `while nobody can tell whether the store has it, nothing is put again`() async throws {
        let stub = try StoreStub { request, _ in request.method == "HEAD" ? StoreStub.Answer(status: 503) : .lost }
        try await stub.with { store async throws in
            let error = await failure { _ = try await store.put(.bytes([1]), at: try key("a"), PutOptions()) }
            #expect(error?.code == .unreachable)
        }
        #expect(stub.requests.count { $0.method == "PUT" } == 1)
    }

    @Test func `another object of the same name is not taken for one's own`() async throws {
        let stub = try StoreStub { request, count in
            guard request.method == "HEAD" else { return count == 0 ? .lost : Self.taken }
            return StoreStub.Answer(status: 200, fields: ["x-amz-meta-put-id": "another", "ETag": "\"x\""])
        }
        try await stub.with { store async throws in
            #expect(try await store.put(.bytes([1]), at: try key("a"), PutOptions()).etag == "e")
        }
        #expect(stub.requests.map(\.method) == ["PUT", "HEAD", "PUT"])
    }

    /// Two hours ahead of the store.
    private static let wrong: @Sendable () -> Date = { Date().addingTimeInterval(7200) }

    private static func isAboutNow(_ request: StoreStub.Request) -> Bool {
        let now = StoreTime.compact(Date())
        return request.fields["x-amz-date"]?.prefix(11) == now.prefix(11)
            || request.fields["x-amz-date"]?.prefix(11) == StoreTime.compact(Date() - 60).prefix(11)
    }

    @Test(arguments: ["RequestTimeTooSkewed", nil])
    func `a wrong clock is put right once, by the store's time`(code: String?) async throws {
        let stub = try StoreStub { request, _ in
            if Self.isAboutNow(request) { return Self.taken }
            var answer = code.map { StoreStub.Answer.refusal(403, $0) } ?? StoreStub.Answer(status: 403)
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.timeZone = TimeZone(identifier: "UTC")
            format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
            answer.fields["Date"] = format.string(from: Date())
            return answer
        }
        try await stub.with(now: Self.wrong) { store async throws in
            for _ in 0..<2 { _ = try await store.put(.bytes([1]), at: try key("a"), PutOptions()) }
        }
        // The second put already has the right time.
        #expect(stub.requests.count == 3)
    }

    @Test func `a store that never accepts the time is an error that says so`() async throws {
        let stub = try StoreStub { _, _ in
            var answer = StoreStub.Answer.refusal(403, "RequestTimeTooSkewed")
            answer.fields["Date"] = "Fri, 24 May 2013 00:00:00 GMT"
            return answer
        }
        try await stub.with { store async throws in
            let error = await failure { _ = try await store.list(below: "") }
            #expect(error?.message.contains("clock") == true)
        }
        #expect(stub.requests.count == 2)
    }

    @Test func `an error that comes after a good status is an error`() async throws {
        let stub = try StoreStub { request, count in
            if request.target.contains("?uploads") {
                return request.method == "POST"
                    ? StoreStub.Answer(status: 200, body: "<R><UploadId>u</UploadId></R>")
                    : StoreStub.Answer(status: 200, body: "<ListMultipartUploadsResult/>")
            }
            switch request.method {
            case "PUT": return Self.taken
            case "POST": return .refusal(200, "InternalError")
            case "HEAD": return StoreStub.Answer(status: 404)
            default: return StoreStub.Answer(status: 204)
            }
        }
        try await stub.with { store async throws in
            let body = ObjectBody.bytes([UInt8](repeating: 1, count: 6 << 20))
            let error = await failure { _ = try await store.put(body, at: try key("a"), PutOptions(partBytes: 1)) }
            #expect(error?.code == .unreachable && error?.storeCode == "InternalError")
        }
        let methods = stub.requests.map { "\($0.method) \($0.target.components(separatedBy: "?").last ?? "")" }
        #expect(methods.count { $0 == "POST uploadId=u" } == 3)
        // Given up, it is aborted.
        #expect(methods.last == "DELETE uploadId=u")
    }
}
