import Foundation
import Recordings
import Testing

@testable import ObjectStore

/// The examples of AWS's documentation, "Signature Calculations for the Authorization Header" of Amazon S3.
struct SignatureTests {
    private static let credentials = ObjectCredentials(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    )
    /// 2013-05-24T00:00:00Z.
    private static let date = Date(timeIntervalSince1970: 1_369_353_600)
    private static let host = (name: "Host", value: "examplebucket.s3.amazonaws.com")

    struct Example: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var subject: RequestSigner.Subject
        var names: String
        var signature: String
    }

    static let examples = [
        Example(
            testDescription: "GET object",
            subject: RequestSigner.Subject(
                method: "GET",
                path: "/test.txt",
                query: [],
                fields: [host, ("Range", "bytes=0-9")],
                payload: ContentDigest(of: [])
            ),
            names: "host;range;x-amz-content-sha256;x-amz-date",
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        ),
        Example(
            testDescription: "PUT object",
            subject: RequestSigner.Subject(
                method: "PUT",
                path: "/" + PercentEncoding.encode("test$file.text", keepsSlashes: true),
                query: [],
                fields: [
                    host, ("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ],
                payload: ContentDigest(of: "Welcome to Amazon S3.".utf8)
            ),
            names: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        ),
        Example(
            testDescription: "GET bucket lifecycle",
            subject: RequestSigner.Subject(
                method: "GET",
                path: "/",
                query: [("lifecycle", "")],
                fields: [host],
                payload: ContentDigest(of: [])
            ),
            names: "host;x-amz-content-sha256;x-amz-date",
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        ),
        Example(
            testDescription: "GET bucket (list objects)",
            subject: RequestSigner.Subject(
                method: "GET",
                path: "/",
                query: [("prefix", "J"), ("max-keys", "2")],
                fields: [host],
                payload: ContentDigest(of: [])
            ),
            names: "host;x-amz-content-sha256;x-amz-date",
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        ),
    ]

    @Test(arguments: examples) func `the published examples have their published signatures`(example: Example) throws {
        let signer = RequestSigner(credentials: Self.credentials, region: "us-east-1")
        let fields = signer.signed(example.subject, at: Self.date)
        let authorization = try #require(fields.first { $0.name == "Authorization" }?.value)
        #expect(
            authorization == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=\(example.names), Signature=\(example.signature)"
        )
        #expect(fields.contains { $0 == ("x-amz-date", "20130524T000000Z") })
    }

    @Test func `the canonical request of the documentation's upload is the documented one`() {
        var subject = Self.examples[1].subject
        subject.fields += [
            ("x-amz-date", "20130524T000000Z"), ("x-amz-content-sha256", subject.payload.description),
        ]
        #expect(
            RequestSigner.canonical(subject) == """
                PUT
                /test%24file.text

                date:Fri, 24 May 2013 00:00:00 GMT
                host:examplebucket.s3.amazonaws.com
                x-amz-content-sha256:44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072
                x-amz-date:20130524T000000Z
                x-amz-storage-class:REDUCED_REDUNDANCY

                date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class
                44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072
                """
        )
    }

    @Test func `a session's token is sent and signed`() throws {
        var credentials = Self.credentials
        credentials.sessionToken = "token"
        let signer = RequestSigner(credentials: credentials, region: "us-east-1")
        let fields = signer.signed(Self.examples[0].subject, at: Self.date)
        #expect(fields.contains { $0 == ("x-amz-security-token", "token") })
        let authorization = try #require(fields.first { $0.name == "Authorization" }?.value)
        #expect(authorization.contains("x-amz-date;x-amz-security-token, Signature="))
        #expect(!authorization.contains(Self.examples[0].signature))
    }

    @Test func `blanks of a field are counted as S3 counts them`() {
        let subject = RequestSigner.Subject(
            method: "GET",
            path: "/",
            query: [],
            fields: [("X-Amz-Meta-B", "  a   b "), ("x-amz-meta-a", "1")],
            payload: ContentDigest(of: [])
        )
        #expect(RequestSigner.canonical(subject).contains("\nx-amz-meta-a:1\nx-amz-meta-b:a b\n"))
    }

    @Test(arguments: [
        ("a b", "a%20b", "a%20b"), ("a/b", "a%2Fb", "a/b"), ("ü", "%C3%BC", "%C3%BC"), ("~-._", "~-._", "~-._"),
        ("+=&?#%", "%2B%3D%26%3F%23%25", "%2B%3D%26%3F%23%25"), ("\u{1}\n", "%01%0A", "%01%0A"),
        ("(:@,)*'!", "%28%3A%40%2C%29%2A%27%21", "%28%3A%40%2C%29%2A%27%21"),
    ])
    func `all but unreserved characters are encoded, once`(text: String, value: String, path: String) {
        #expect(PercentEncoding.encode(text) == value)
        #expect(PercentEncoding.encode(text, keepsSlashes: true) == path)
        #expect(PercentEncoding.decode(value) == text)
    }
}
