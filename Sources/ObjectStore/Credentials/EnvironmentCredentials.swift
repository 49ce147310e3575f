import Foundation
import Transfer

/// The source of credentials that the environment names, in the order of AWS's own tools: variables, a web identity, the
/// shared file, a container's service, an instance's.
package enum EnvironmentCredentials {
    /// - Parameters:
    ///   - environment: the process's variables.
    ///   - region: of the store; for a token service whose address nothing else names.
    ///   - exchange: for requests to services that give temporary credentials.
    ///   - isFile: whether there is a file at a path.
    /// - Throws: ``ObjectStoreError`` with code `misconfigured` if a variable cannot be used.
    package static func source(
        _ environment: [String: String],
        region: String,
        exchange: any HTTPExchange,
        isFile: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
    ) throws(ObjectStoreError) -> any CredentialSource {
        let variable = { (name: String) in environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let id = variable("AWS_ACCESS_KEY_ID"), let secret = variable("AWS_SECRET_ACCESS_KEY") {
            let token = variable("AWS_SESSION_TOKEN")
            return StaticCredentials(
                ObjectCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token),
                name: "the environment"
            )
        }
        if let file = variable("AWS_WEB_IDENTITY_TOKEN_FILE"), let role = variable("AWS_ROLE_ARN") {
            let region = variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION") ?? region
            return WebIdentityCredentials(
                endpoint: variable("AWS_ENDPOINT_URL_STS") ?? WebIdentityCredentials.usualEndpoint(region: region),
                role: role,
                session: variable("AWS_ROLE_SESSION_NAME") ?? "callark",
                tokenFile: file,
                exchange: exchange
            )
        }
        let home = variable("HOME").map { "\($0)/.aws/credentials" }
        let profile = variable("AWS_PROFILE")
        if let path = variable("AWS_SHARED_CREDENTIALS_FILE") ?? home, profile != nil || isFile(path) {
            return ProfileCredentials(path: path, profile: profile ?? "default")
        }
        if let service = try container(variable, exchange) { return service }
        guard variable("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true" else {
            throw ObjectStoreError(
                .credentials,
                "there are no credentials: set vault.access_key_id and vault.secret_access_key_file, or AWS_ACCESS_KEY_ID "
                    + "and AWS_SECRET_ACCESS_KEY"
            )
        }
        let endpoint = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT")
        return InstanceCredentials(endpoint: endpoint ?? "http://169.254.169.254", exchange: exchange)
    }

    private static func container(
        _ variable: (String) -> String?,
        _ exchange: any HTTPExchange
    ) throws(ObjectStoreError) -> ContainerCredentials? {
        let relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").map { ContainerCredentials.usualAddress + $0 }
        guard let url = relative ?? variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") else { return nil }
        let file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").map { ContainerCredentials.Token.file(path: $0) }
        let text = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN").map { ContainerCredentials.Token.text($0) }
        return try ContainerCredentials(url: url, token: file ?? text, exchange: exchange)
    }
}
