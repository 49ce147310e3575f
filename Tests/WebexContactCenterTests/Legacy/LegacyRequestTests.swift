import Foundation
import Recordings
import TestSupport
import Testing
import Transfer

@testable import WebexContactCenter

/// Signatures, identifiers and queries of the legacy records, as described in wxcc-api 13.
@Suite struct LegacyRequestTests {
    static func settings(
        key: String = "demo-api-key-01",
        tenant: String? = nil,
        suffix: String = ";tenantId="
    ) throws -> LegacySettings {
        LegacySettings(
            organization: try #require(OrganizationName("acme")),
            baseURL: try #require(URL(string: "https://rest.example.com/aws/api/")),
            user: "archiver@example.com",
            apiKey: Secret(key),
            tenantID: tenant,
            tenantSuffix: suffix
        )
    }

    @Test func `the signature is that of the test vector`() throws {
        let signature = LegacySignature(try Self.settings())
        #expect(signature.signature.value == "yWDvdpI97qc/8p8j0Guc36736fI=")
        #expect(signature.authorization.value == "yWDvdpI97qc/8p8j0Guc36736fI=")
        let withTenant = LegacySignature(try Self.settings(tenant: "4711"))
        #expect(withTenant.authorization.value == "yWDvdpI97qc/8p8j0Guc36736fI=;tenantId=4711")
        let spaced = LegacySignature(try Self.settings(tenant: "4711", suffix: "; tenantId="))
        #expect(spaced.authorization.value == "yWDvdpI97qc/8p8j0Guc36736fI=; tenantId=4711")
        #expect("\(signature)".contains("yWDv") == false)
    }

    /// OpenSSL, which knows nothing of Callark.
    @Test(arguments: [
        ("demo-api-key-01", "archiver@example.com"), ("myRandomApiKeY", "userID@portal-controlhub.com"), ("k", ""),
        (String(repeating: "long", count: 40), "a"), ("9f86d081884c7d65", "hex is text@example.com"),
        ("schlüssel", "jürgen@example.com"),
    ])
    func `the signature is what openssl computes`(key: String, user: String) async throws {
        let digits = key.utf8.map { String($0, radix: 16) }.map { $0.count == 1 ? "0" + $0 : $0 }.joined()
        let outcome = try await Tool.finish(
            "openssl",
            ["dgst", "-sha1", "-mac", "HMAC", "-macopt", "hexkey:\(digits)"],
            input: Data(user.utf8)
        )
        let expected = try #require(outcome.text.split(whereSeparator: \.isWhitespace).last)
        let signature = LegacySignature.signature(of: user, key: Secret(key)).value
        let bytes = try #require(Data(base64Encoded: signature))
        #expect(Hexadecimal.text(bytes) == expected)
    }

    private static let session = "74d98c29-39b4-4e1e-81fa-0ce0ae5aebb0"

    @Test(arguments: [
        ("\(session)-1612238768144-new", session, 1_612_238_768_144, "new"),
        ("\(session)-1612238769933-ivr-connected", session, 1_612_238_769_933, "ivr-connected"),
        ("\(session)-1-a-1-b", session, 1, "a-1-b"),
        ("AWxyz-abc_123456_-78-12-parked", "AWxyz-abc_123456_-78", 12, "parked"),
    ])
    func `an activity's identifier is taken apart, and put together again`(
        text: String,
        session: String,
        start: Int64,
        event: String
    ) throws {
        let id = try #require(LegacyActivityID(text))
        #expect((id.session, id.start, id.event) == (session, start, event))
        #expect(id.description == text)
    }

    @Test(arguments: [
        "", "new", session, "\(session)-", "\(session)-new", "\(session)-12-", "\(session)--12-new",
        "\(session)-12x-new", "\(session)-1612238768144", "\(session)1612238768144-new",
        "74d98c2939b44e1e81fa0ce0ae5aebb0-1612238768144-new", "\(session)-99999999999999999999-new",
        "é4d98c29-39b4-4e1e-81fa-0ce0ae5aebb-1612238768144-new",
    ])
    func `what is no activity's identifier is refused`(text: String) {
        #expect(LegacyActivityID(text) == nil)
    }

    @Test(arguments: ["", ".", "..", "a b", "a\nb", "é", String(repeating: "x", count: 251)])
    func `what cannot be part of a path is no identifier`(text: String) {
        #expect(LegacyRecordID(text) == nil)
    }

    @Test func `a query is percent-encoded as a whole, as the vector has it`() throws {
        let query = try LegacyQuery(Data(#"{"anchorId":"100","dateBegin":[1700000000000]}"#.utf8))
        #expect(
            FormEncoding.text([("q", query.text)])
                == "q=%7B%22anchorId%22%3A%22100%22%2C%22dateBegin%22%3A%5B1700000000000%5D%7D"
        )
    }

    /// A document with tabs and line breaks, as copied from Analyzer, which Python reads back from the URL.
    @Test func `a query arrives as it was`() async throws {
        let document = try fixture("legacy/analyzer.json")
        let text = try LegacyQuery(document).text
        let program = """
            import json, sys, urllib.parse
            q = urllib.parse.parse_qs(sys.argv[1], strict_parsing=True)["q"][0]
            assert json.loads(q) == json.load(open(sys.argv[2])), q
            assert "+" not in sys.argv[1] and " " not in sys.argv[1]
            """
        let path = try #require(Bundle.module.url(forResource: "Fixtures/legacy/analyzer.json", withExtension: nil))
            .path
        let url = FormEncoding.text([("q", text)])
        let outcome = try await Tool.finish("python3", ["-c", program, url, path])
        #expect(outcome.status == 0, "\(outcome.said)")
    }

    @Test func `another time takes the place of the query's, and nothing else changes`() throws {
        let text = #"{"b":1.50,"dateBegin":[1612155600000],"a":{"dateEnd":[1]},"dateEnd":[1612328400000]}"#
        let query = try LegacyQuery(Data(text.utf8))
        let from = Timestamp(millisecondsSince1970: 1_763_596_800_000)
        #expect(
            query.about(from..<(from + .hours(24))).text
                == #"{"a":{"dateEnd":[1]},"b":1.50,"dateBegin":[1763596800000],"dateEnd":[1763683200000]}"#
        )
        #expect(query.hasTime)
        #expect(try !LegacyQuery(Data("{}".utf8)).hasTime)
    }

    @Test func `the whole of Analyzer's answer will do`() throws {
        let text = #"{"status":"ok","query":{"anchorId":"1","dateBegin":[1612155600000]}}"#
        #expect(try LegacyQuery(Data(text.utf8)).text == #"{"anchorId":"1","dateBegin":[1612155600000]}"#)
    }

    @Test(arguments: [
        ("", "no JSON"), ("[]", "one JSON object"), ("{", "no JSON"), ("\"query\": {}", "no JSON"),
        ("7", "one JSON object"),
        (#"{"dateBegin":1612155600000}"#, "dateBegin has to be an array"),
        (#"{"dateBegin":[1612155600]}"#, "dateBegin has to be an array of epoch milliseconds"),
        (#"{"dateEnd":["yesterday"]}"#, "dateEnd has to be"), (#"{"dateEnd":[]}"#, "dateEnd has to be"),
        (#"{"aggregations":{}}"#, "aggregations has to be an array"),
    ])
    func `an invalid query is reported before any request`(text: String, words: String) throws {
        let fault = #expect(throws: LegacyQuery.Fault.self) { _ = try LegacyQuery(Data(text.utf8)) }
        #expect(try #require(fault).description.contains(words))
    }
}
