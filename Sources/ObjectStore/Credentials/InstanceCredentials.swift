import Foundation
import Transfer

/// Credentials of a virtual machine's role, from the metadata service of Amazon EC2, version 2 (IMDSv2): a session is begun
/// first.
package struct InstanceCredentials: CredentialSource {
    private let endpoint: String
    private let exchange: CredentialExchange

    package let name = "the instance's metadata service"

    private static let folder = "/latest/meta-data/iam/security-credentials/"
    /// A session is used at once, and never again.
    private static let sessionSeconds = "60"

    package init(endpoint: String = "http://169.254.169.254", exchange: any HTTPExchange) {
        self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        self.exchange = CredentialExchange(exchange: exchange)
    }

    package func credentials() async throws(ObjectStoreError) -> ObjectCredentials {
        let begin: HTTPHeaders = ["X-aws-ec2-metadata-token-ttl-seconds": Self.sessionSeconds]
        let session = try await text(.put, "/latest/api/token", begin)
        let fields: HTTPHeaders = ["X-aws-ec2-metadata-token": session]
        let roles = try await text(.get, Self.folder, fields)
        guard let role = roles.split(whereSeparator: \.isNewline).first else {
            throw ObjectStoreError(.credentials, "\(name) gives no credentials: the instance has no role")
        }
        let path = Self.folder + PercentEncoding.encode(String(role))
        return try GivenCredentials.read(try await body(.get, path, fields), from: name)
    }

    private func text(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ fields: HTTPHeaders
    ) async throws(ObjectStoreError) -> String {
        String(decoding: try await body(method, path, fields), as: UTF8.self).trimmingCharacters(in: .whitespaces)
    }

    private func body(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ fields: HTTPHeaders
    ) async throws(ObjectStoreError) -> Data {
        guard let url = URL(string: endpoint + path) else {
            throw ObjectStoreError(.misconfigured, "AWS_EC2_METADATA_SERVICE_ENDPOINT is no URL")
        }
        return try await exchange.body(of: method, url, fields: fields, from: name)
    }
}
