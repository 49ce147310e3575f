import Foundation

/// A profile of the file that AWS's own tools share, by default `~/.aws/credentials`. It is read anew whenever
/// credentials are needed.
package struct ProfileCredentials: CredentialSource {
    private let path: String
    private let profile: String

    package init(path: String, profile: String = "default") {
        self.path = path
        self.profile = profile
    }

    package var name: String { "profile \(profile) of \(path)" }

    package func credentials() async throws(ObjectStoreError) -> ObjectCredentials {
        let text = try await CredentialFile.reading { () throws(ObjectStoreError) in
            try CredentialFile.text(path)
        }
        let values = Self.values(of: profile, in: text)
        guard let id = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else {
            throw ObjectStoreError(
                .credentials,
                "\(path) has no aws_access_key_id and aws_secret_access_key for the profile \(profile); "
                    + "profiles that name a role, a login or a command cannot be used"
            )
        }
        return ObjectCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: values["aws_session_token"])
    }

    /// The lines `name = value` of a section, names in lower case.
    static func values(of profile: String, in text: String) -> [String: String] {
        var values: [String: String] = [:]
        var isInside = false
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.trimmingCharacters(in: .whitespaces)
            guard !line.hasPrefix("#"), !line.hasPrefix(";") else { continue }
            if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
                isInside = line[..<end].dropFirst().trimmingCharacters(in: .whitespaces) == profile
                continue
            }
            guard isInside, let sign = line.firstIndex(of: "=") else { continue }
            let name = line[..<sign].trimmingCharacters(in: .whitespaces).lowercased()
            let value = line[line.index(after: sign)...].trimmingCharacters(in: .whitespaces)
            if !value.isEmpty { values[name] = value }
        }
        return values
    }
}
