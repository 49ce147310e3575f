import Foundation
import Simulator

/// Callark's configuration for a simulator, with its secrets in files of their own.
struct ExampleConfiguration {
    let simulator: Simulator
    /// The simulator's own quota; 0 if it has none.
    let quota: Int
    /// Whether the first refresh token is left out, so that a login has to bring one.
    let needsLogin: Bool
    /// Whether the legacy records are configured too.
    let withLegacy: Bool

    /// - Returns: the path of the configuration file.
    /// - Throws: if the folder or a file cannot be written.
    func write(into folder: String) throws -> String {
        let files = FileManager.default
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let root = URL(filePath: folder, directoryHint: .isDirectory).standardizedFileURL
        try write(simulator.clientSecret, to: root.appending(path: "secret"))
        if !needsLogin { try write(simulator.refreshToken, to: root.appending(path: "refresh")) }
        if withLegacy { try write(simulator.organization.legacyKey, to: root.appending(path: "legacy-key")) }
        let file = root.appending(path: "callark.yaml")
        try Data(text(root.path(percentEncoded: false)).utf8).write(to: file)
        return file.path(percentEncoded: false)
    }

    /// Foundation uses its other name for UTC.
    private var timeZone: String {
        let name = simulator.world.timeZone.identifier
        return name == "GMT" ? "UTC" : name
    }

    /// A little below the quota, so that a first trial does not have to wait for the provider's minute.
    private var requestsPerMinute: Int { quota == 0 ? 6000 : max(1, quota * 9 / 10) }

    /// Only the owner can read it, from the moment it exists.
    private func write(_ secret: String, to file: URL) throws {
        let path = file.path(percentEncoded: false)
        try? FileManager.default.removeItem(at: file)
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard FileManager.default.createFile(atPath: path, contents: Data("\(secret)\n".utf8), attributes: attributes)
        else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
    }

    private func text(_ root: String) -> String {
        let folder = root.hasSuffix("/") ? String(root.dropLast()) : root
        let refresh = needsLogin ? "" : "\n      refresh_token_file: \"\(folder)/refresh\""
        let dialect = simulator.isEarlyAccess ? "\n    api_dialect: early_access" : ""
        return """
            # For a running callark-simulator; written anew each time it starts with --write-config.
            archive:
              root: "\(folder)/archive"
              time_zone: \(timeZone)
            organizations:
              - name: \(simulator.organization.name)
                org_id: \(simulator.organizationID)
                api_base_url: \(simulator.apiBaseURL)
                oauth_base_url: \(simulator.oauthBaseURL)\(dialect)
                auth:
                  client_id: \(simulator.clientID)
                  client_secret_file: "\(folder)/secret"\(refresh)
                  redirect_uri: \(simulator.redirectURI)
                requests_per_minute: \(requestsPerMinute)

            """ + (withLegacy ? legacy(folder) : "")
    }

    private func legacy(_ folder: String) -> String {
        """
            legacy:
              base_url: \(simulator.legacyBaseURL)
              user: \(simulator.organization.legacyUser)
              api_key_file: "\(folder)/legacy-key"
              tenant_id: "\(simulator.organization.tenantID)"
              requests_per_minute: \(requestsPerMinute)

        """
    }
}
