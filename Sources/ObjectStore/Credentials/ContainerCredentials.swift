import Foundation
import Transfer

/// Credentials of a container's role, from the service that Amazon ECS and EKS offer inside (AWS_CONTAINER_CREDENTIALS_*).
package struct ContainerCredentials: CredentialSource {
    /// The value that the service expects in `Authorization`.
    package enum Token: Sendable {
        case text(String)
        /// Read anew for each request.
        case file(path: String)
    }

    private let url: URL
    private let token: Token?
    private let exchange: CredentialExchange

    package let name = "the container's credential service"

    /// - Parameter url: plain http only for the addresses of such services.
    /// - Throws: ``ObjectStoreError`` with code `misconfigured` for any other address.
    package init(url: String, token: Token?, exchange: any HTTPExchange) throws(ObjectStoreError) {
        guard let address = URL(string: url), let host = address.host(), !host.isEmpty,
            address.scheme == "https" || (address.scheme == "http" && (address.isLoopback || Self.hosts.contains(host)))
        else {
            throw ObjectStoreError(
                .misconfigured,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI: plain http is only used for loopback addresses and for "
                    + "169.254.170.2, 169.254.170.23 and fd00:ec2::23"
            )
        }
        self.url = address
        self.token = token
        self.exchange = CredentialExchange(exchange: exchange)
    }

    /// Where ECS's service is, before a relative URI.
    static let usualAddress = "http://169.254.170.2"

    package func credentials() async throws(ObjectStoreError) -> ObjectCredentials {
        var fields = HTTPHeaders()
        switch token {
        case .text(let text): fields["Authorization"] = text
        case .file(let path):
            fields["Authorization"] = try await CredentialFile.reading { () throws(ObjectStoreError) in
                try FileCredentials.Place.file(path: path).read()
            }
        case nil: break
        }
        return try GivenCredentials.read(try await exchange.body(of: .get, url, fields: fields, from: name), from: name)
    }

    private static let hosts = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "[fd00:ec2::23]"]
}
