import Crypto
import Foundation
import Recordings

/// AWS Signature Version 4, in the `Authorization` field.
struct RequestSigner: Sendable {
    /// What is signed of a request. Path and query are encoded already, exactly as they are sent.
    struct Subject: Sendable {
        var method: String
        var path: String
        /// Sorted or not.
        var query: [(name: String, value: String)]
        /// All of them are signed; `Host` is among them.
        var fields: [(name: String, value: String)]
        /// The SHA-256 of the body.
        var payload: ContentDigest
    }

    var credentials: ObjectCredentials
    var region: String
    var service = "s3"

    private static let algorithm = "AWS4-HMAC-SHA256"

    /// The fields of `subject` with those that the signature adds.
    func signed(_ subject: Subject, at date: Date) -> [(name: String, value: String)] {
        let time = StoreTime.compact(date)
        var fields = subject.fields
        fields.append(("x-amz-content-sha256", subject.payload.description))
        fields.append(("x-amz-date", time))
        if let token = credentials.sessionToken { fields.append(("x-amz-security-token", token)) }
        var complete = subject
        complete.fields = fields
        let scope = "\(time.prefix(8))/\(region)/\(service)/aws4_request"
        let names = Self.canonicalFields(fields).map(\.name).joined(separator: ";")
        let text = [Self.algorithm, time, scope, ContentDigest(of: Self.canonical(complete).utf8).description]
        let signature = Hexadecimal.text(mac(text.joined(separator: "\n"), key: key(day: String(time.prefix(8)))))
        let authorization =
            "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(names), Signature=\(signature)"
        return fields + [("Authorization", authorization)]
    }

    /// The canonical request.
    static func canonical(_ subject: Subject) -> String {
        let fields = canonicalFields(subject.fields)
        let lines =
            [subject.method, subject.path, canonicalQuery(subject.query)] + fields.map { "\($0.name):\($0.value)" }
            + ["", fields.map(\.name).joined(separator: ";"), subject.payload.description]
        return lines.joined(separator: "\n")
    }

    /// The query as it is sent and signed.
    static func canonicalQuery(_ query: [(name: String, value: String)]) -> String {
        query.sorted { ($0.name, $0.value) < ($1.name, $1.value) }.map { "\($0.name)=\($0.value)" }
            .joined(separator: "&")
    }

    private static func canonicalFields(_ fields: [(name: String, value: String)]) -> [(name: String, value: String)] {
        fields.map { (name: $0.name.lowercased(), value: trimmed($0.value)) }.sorted { $0.name < $1.name }
    }

    /// Without blanks at the ends, and with single ones inside.
    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }

    private func key(day: String) -> [UInt8] {
        [day, region, service, "aws4_request"].reduce(Array("AWS4\(credentials.secretAccessKey)".utf8)) {
            mac($1, key: $0)
        }
    }

    private func mac(_ text: String, key: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)))
    }
}
