import Foundation
import Transfer

/// Credentials of a role that is assumed with a token out of a file, such as a Kubernetes service account's
/// (AssumeRoleWithWebIdentity of AWS's Security Token Service).
package struct WebIdentityCredentials: CredentialSource {
    private let endpoint: String
    private let role: String
    private let session: String
    private let tokenFile: String
    private let exchange: CredentialExchange

    package let name = "the security token service"

    /// - Parameters:
    ///   - endpoint: of the Security Token Service.
    ///   - role: the name (ARN) of the role.
    ///   - session: what the store's logs call it.
    ///   - tokenFile: read anew for each request, because it is replaced from time to time.
    package init(endpoint: String, role: String, session: String, tokenFile: String, exchange: any HTTPExchange) {
        self.endpoint = endpoint
        self.role = role
        self.session = session
        self.tokenFile = tokenFile
        self.exchange = CredentialExchange(exchange: exchange, timeout: .seconds(20))
    }

    /// Where a region's service is.
    static func usualEndpoint(region: String) -> String {
        "https://sts.\(region).amazonaws.com\(region.hasPrefix("cn-") ? ".cn" : "")"
    }

    package func credentials() async throws(ObjectStoreError) -> ObjectCredentials {
        let token = try await CredentialFile.reading { () throws(ObjectStoreError) in
            try FileCredentials.Place.file(path: tokenFile).read()
        }
        // In the body, because a URL ends up in logs.
        let form = [
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role),
            ("RoleSessionName", session), ("WebIdentityToken", token),
        ]
        guard let url = URL(string: endpoint), url.scheme == "https" || url.isLoopback else {
            throw ObjectStoreError(
                .misconfigured,
                "AWS_ENDPOINT_URL_STS: plain http is only used for loopback addresses"
            )
        }
        let body = try await exchange.body(
            of: .post,
            url,
            fields: ["Content-Type": "application/x-www-form-urlencoded"],
            form: form.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&"),
            usesProxies: true,
            from: name
        )
        let given = AnswerElement(parsing: body)?["AssumeRoleWithWebIdentityResult"]?["Credentials"]
        guard let given, let id = given.text("AccessKeyId"), let secret = given.text("SecretAccessKey") else {
            throw ObjectStoreError(.credentials, "\(name) gave something that is no credentials")
        }
        return ObjectCredentials(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: given.text("SessionToken"),
            expiry: given.text("Expiration").flatMap(StoreTime.date)
        )
    }
}
