import Foundation
import Logging
import Recordings
import TestSupport
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct LegacyRecordsTests {
    private static let id = "74d98c29-39b4-4e1e-81fa-0ce0ae5aebb0"
    private static let key = "demo-api-key-01"
    private static let signature = "yWDvdpI97qc/8p8j0Guc36736fI="

    private let clock = InstantClock()

    private func records(
        _ exchange: ScriptedExchange,
        tenant: String? = "4711",
        logger: Logger = .quiet
    ) throws -> LegacyRecords {
        LegacyRecords(
            try LegacyRequestTests.settings(key: Self.key, tenant: tenant),
            exchange: exchange,
            retry: RetryPolicy(attempts: 3, baseDelay: .seconds(1), maximumDelay: .seconds(8)),
            clock: clock,
            now: { TestCenter.now },
            logger: logger
        )
    }

    private func csr(_ records: LegacyRecords) async throws -> LegacyRecord {
        try await records.record(.csr, try #require(LegacyRecordID(Self.id)))
    }

    @Test func `a record is asked for by its identifier, with the signature and the user`() async throws {
        let exchange = ScriptedExchange { _, _ in
            .json(#"{"sid":"\#(Self.id)","ani":"+15550100001","cstts":1612238768144}"#)
        }
        let record = try await csr(try records(exchange))
        let request = try #require(exchange.requests.first)
        #expect(request.method == .get)
        #expect(request.url.absoluteString == "https://rest.example.com/aws/api/csrs/\(Self.id)")
        #expect(request.headers["Authorization"] == "\(Self.signature);tenantId=4711")
        #expect(request.headers["From"] == "archiver@example.com")
        #expect(request.body == nil)
        #expect(record.text("ani") == "+15550100001")
        #expect(record.time("cstts") == Timestamp(millisecondsSince1970: 1_612_238_768_144))
        #expect(record.kept.description == #"{"ani":"+15550100001","cstts":1612238768144,"sid":"\#(Self.id)"}"#)
    }

    @Test func `an identifier is one part of the path, whatever is in it`() async throws {
        let exchange = ScriptedExchange { _, _ in .json(#"{"a":1}"#) }
        _ = try await records(exchange).record(.aar, try #require(LegacyRecordID("a/../b?q=1#x%2F")))
        #expect(
            exchange.requests.first?.url.absoluteString
                == "https://rest.example.com/aws/api/aars/a%2F..%2Fb%3Fq%3D1%23x%252F"
        )
    }

    @Test func `a query is sent percent-encoded, and asks for what it wants to read`() async throws {
        let exchange = ScriptedExchange { _, place in
            place == 0 ? .json(#"{"data":[]}"#) : HTTPResponse(status: 200, body: Data("sid\r\n".utf8))
        }
        let records = try records(exchange)
        let query = try LegacyQuery(Data(#"{"anchorId":"100","dateBegin":[1700000000000]}"#.utf8))
        _ = try await records.answer(to: query, of: .csr).rows.get()
        _ = try await records.answer(to: query, of: .asr, as: .csv).rows.get()
        let encoded = "q=%7B%22anchorId%22%3A%22100%22%2C%22dateBegin%22%3A%5B1700000000000%5D%7D"
        #expect(
            exchange.requests.map(\.url.absoluteString) == [
                "https://rest.example.com/aws/api/csrs?\(encoded)", "https://rest.example.com/aws/api/asrs?\(encoded)",
            ]
        )
        #expect(exchange.requests.map { $0.headers["Accept"] } == ["application/json", "text/csv"])
    }

    /// Status, body, tenant, and what the advice must and must not say.
    static let refusals: [(status: Int, body: String, tenant: String?, says: String, not: String)] = [
        (401, "the signature is not valid", "4711", "legacy.api_key", "tenant_id"),
        (401, #"{"message":"Invalid API key"}"#, "4711", "legacy.api_key", "tenant_id"),
        (403, "no access to tenant 4711", "4711", "legacy.tenant_id, 4711", "api_key"),
        (403, "tenantId is required", nil, "configure legacy.tenant_id", "api_key"),
        (403, "", "4711", "does not say what is wrong", "authorise"),
        (401, "<html><body>Unauthorized</body></html>", nil, "does not say what is wrong", "html"),
        (400, "HMAC authorization is malformed", "4711", "legacy.api_key", "tenant_id"),
    ]

    @Test(arguments: refusals)
    func `a wrong key is distinguished from a wrong tenant if the answer says which`(
        refusal: (status: Int, body: String, tenant: String?, says: String, not: String)
    ) async throws {
        let exchange = ScriptedExchange { _, _ in
            HTTPResponse(status: refusal.status, body: Data(refusal.body.utf8))
        }
        let records = try records(exchange, tenant: refusal.tenant)
        let error = try await providerError { _ = try await csr(records) }
        #expect(error.code == .authorization)
        #expect(error.advice.contains(refusal.says), "\(error)")
        #expect(!error.description.contains(refusal.not), "\(error)")
        #expect(exchange.requests.count == 1)
    }

    @Test(arguments: [400, 401, 403, 404, 500])
    func `neither the key nor the signature comes into a message or a log`(status: Int) async throws {
        let log = LogStore()
        let exchange = ScriptedExchange { request, _ in
            // A host that echoes everything that it was sent.
            let quoted =
                request.headers.fields.map { "\($0.name): \($0.value)" }.joined(separator: " ") + " key " + Self.key
            return HTTPResponse(status: status, body: Data(quoted.utf8))
        }
        let records = try records(exchange, logger: log.logger)
        let error = try await providerError { _ = try await csr(records) }
        for text in [error.description, "\(error)", log.text, String(reflecting: records)] {
            #expect(!text.contains(Self.signature) && !text.contains(Self.key), "\(text)")
        }
        #expect(error.description.contains("•••"))
    }

    @Test func `a missing record is reported with its status`() async throws {
        for answer in [
            HTTPResponse(status: 404, body: Data("<h1>Not Found</h1>".utf8)), .json("[]"), .json(#"{"data":[]}"#),
        ] {
            let records = try records(ScriptedExchange { _, _ in answer })
            let error = try await providerError { _ = try await csr(records) }
            #expect(error.code == .rejected && error.status == 404)
            #expect(error.description.contains("check the ID"))
        }
    }

    @Test(arguments: ["<html>Sign in</html>", "", "{}", "7", #"{"data":[{"a":1},{"a":2}]}"#, #"{"sid":"another"}"#])
    func `what is no record of that identifier is not taken for one`(body: String) async throws {
        let records = try records(ScriptedExchange { _, _ in .json(body) })
        let error = try await providerError { _ = try await csr(records) }
        #expect(error.code == .malformed)
    }

    @Test func `a query that the provider cannot read says what it has to be`() async throws {
        let records = try records(
            ScriptedExchange { _, _ in HTTPResponse(status: 400, body: Data("cannot parse q".utf8)) }
        )
        let query = try LegacyQuery(Data("{}".utf8))
        let error = try await providerError { _ = try await records.answer(to: query, of: .csr) }
        #expect(error.code == .rejected)
        #expect(error.description.hasPrefix("GET csrs: status 400: cannot parse q; check the query"))
    }

    @Test func `passing failures are tried again, and a pause that is asked for is kept`() async throws {
        let exchange = ScriptedExchange { _, place in
            switch place {
            case 0: HTTPResponse(status: 503)
            case 1: HTTPResponse(status: 429, headers: ["Retry-After": "120"])
            default: .json(#"{"a":1}"#)
            }
        }
        _ = try await csr(try records(exchange))
        #expect(exchange.requests.count == 3)
        #expect(clock.elapsed >= .seconds(120))
    }

    @Test func `calls keep to their rate`() async throws {
        let exchange = ScriptedExchange { _, _ in .json(#"{"a":1}"#) }
        let records = try records(exchange)
        for _ in 0..<55 { _ = try await csr(records) }
        // Five at once, then fifty in a minute.
        #expect(clock.elapsed >= .seconds(59) && clock.elapsed <= .seconds(62))
    }
}
