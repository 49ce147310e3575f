import Anchors
import Archiver
import Crypto
import Files
import Foundation
import Recordings
import Settings
import Transfer

/// A way to reach people: a command, a webhook, or e-mail.
struct NotificationChannel: Sendable {
    let settings: NotificationSettings
    private let secret: LiveSecret?
    private let exchange: @Sendable () async throws -> any HTTPExchange

    /// How long a command may run.
    private static let limit = Duration.seconds(60)

    init(_ settings: NotificationSettings, exchange: @escaping @Sendable () async throws -> any HTTPExchange) {
        self.settings = settings
        self.exchange = exchange
        secret =
            switch settings.channel {
            case .command: nil
            case .webhook(_, let secret): secret.map(LiveSecret.init)
            case .email(let email): email.password.map(LiveSecret.init)
            }
    }

    var rule: NotificationRule {
        NotificationRule(severities: Set(settings.severities.compactMap { Alarm.Severity(rawValue: $0) }))
    }

    /// Identifies the channel as long as its configuration does not change.
    var id: String {
        let text = settings.channel.identity
        return Hexadecimal.text(SHA256.hash(data: Data(text.utf8)).prefix(8))
    }

    /// Its kind and destination, for people; never a secret.
    var name: String {
        switch settings.channel {
        case .command(let words): "command \(words.first ?? "")"
        case .webhook(let url, _): "webhook \(url.host() ?? "")"
        case .email(let email): "email \(email.recipients.joined(separator: ", "))"
        }
    }

    /// Delivers a notification. The channel has taken it when this returns.
    /// - Throws: why it did not.
    func deliver(_ notification: some Notice) async throws {
        switch settings.channel {
        case .command(let words): try await run(words, notification)
        case .webhook(let url, _): try await post(notification, to: url)
        case .email(let email): try await send(notification, email)
        }
    }

    private func run(_ words: [String], _ notification: some Notice) async throws {
        let json = try notification.json
        let command = OperatorCommand(name: words.first ?? "", words: words, limit: Self.limit)
        try await BlockingWork.run { _ throws(AnchorError) in _ = try command.run(json) }
    }

    /// Posts the JSON with a signature over the time and the bytes, so that a copy cannot be used later.
    private func post(_ notification: some Notice, to url: URL) async throws {
        let json = try notification.json
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let secret {
            let time = notification.time.millisecondsSince1970 / 1000
            headers["Callark-Signature"] = try Self.signature(of: json, at: time, secret: secret.text)
        }
        var request = HTTPRequest(.post, url, headers: headers, body: Data(json))
        request.totalTimeout = .seconds(20)
        request.maximumResponseBytes = 1 << 20
        let response = try await exchange().perform(request)
        guard (200..<300).contains(response.status) else {
            throw ServiceError(.notification, "\(url.host() ?? "") answered with status \(response.status)")
        }
    }

    /// `t=SECONDS,v1=DIGITS`: the HMAC-SHA256 of the time, a full stop and the body.
    static func signature(of body: [UInt8], at seconds: Int64, secret: String) -> String {
        let content = Data("\(seconds).".utf8) + Data(body)
        let code = HMAC<SHA256>.authenticationCode(for: content, using: SymmetricKey(data: Data(secret.utf8)))
        return "t=\(seconds),v1=" + Hexadecimal.text(code)
    }

    private func send(_ notification: some Notice, _ email: NotificationSettings.Email) async throws {
        var server = MailServer(
            host: email.host,
            port: email.port,
            protection: MailServer.Protection(rawValue: email.protection) ?? .startTLS,
            certificatesFile: email.certificatesFile
        )
        if let user = email.user, let password = try secret?.text {
            server.login = MailServer.Login(user: user, password: password)
        }
        let message = MailMessage(
            from: email.sender,
            recipients: email.recipients,
            subject: notification.subject,
            text: notification.text,
            time: notification.time,
            id: notification.id,
            attachment: try notification.attachment
        )
        try await server.deliver(message.bytes, from: email.sender, to: email.recipients)
    }
}
