import Foundation

/// What requests are signed with.
package struct ObjectCredentials: Hashable, Sendable, CustomStringConvertible {
    package var accessKeyID: String
    package var secretAccessKey: String
    /// Of temporary credentials.
    package var sessionToken: String?
    /// When temporary credentials end.
    package var expiry: Date?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiry: Date? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiry = expiry
    }

    /// Never the secrets.
    package var description: String { "credentials \(accessKeyID)" }
}
