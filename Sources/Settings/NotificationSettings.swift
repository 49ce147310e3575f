import Foundation

/// One way in which people are told of alarms and of months' reports.
package struct NotificationSettings: Sendable, Hashable {
    /// Which alarms are told: `critical`, `warning`.
    package var severities: [String]
    /// Whether the report of each month is told when its last day closes.
    package var tellsReports: Bool
    package var channel: Channel

    /// How they are told.
    package enum Channel: Sendable, Hashable {
        /// A program and its arguments. It gets JSON on standard input.
        case command([String])
        /// JSON is posted to this address. With a secret, it is signed.
        case webhook(url: URL, secret: SecretSource?)
        case email(Email)

        /// What makes a channel another one, as a text without secrets.
        package var identity: String {
            switch self {
            case .command(let words): "command \(words)"
            case .webhook(let url, _): "webhook \(url.absoluteString)"
            case .email(let email): "email \(email.host):\(email.port) \(email.sender) \(email.recipients)"
            }
        }
    }

    /// E-mail by SMTP.
    package struct Email: Sendable, Hashable {
        package var host: String
        package var port: Int
        /// How the connection is protected: `starttls`, `tls`, or `none`, for a server on this machine only.
        package var protection: String
        package var user: String?
        package var password: SecretSource?
        package var sender: String
        package var recipients: [String]
        /// The absolute path of a PEM file with certificates to trust in addition to the system's.
        package var certificatesFile: String?
    }

    package init(severities: [String], tellsReports: Bool = true, channel: Channel) {
        self.severities = severities
        self.tellsReports = tellsReports
        self.channel = channel
    }
}
