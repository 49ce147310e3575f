import Foundation
import Recordings
import Text

extension SettingKey<[RawSection]> {
    /// The list at the top of the file.
    static var notifications: Self {
        Self(
            .notifications,
            "",
            .nestedSections,
            default: "",
            secret: true,
            "how people learn when an alarm begins or ends, and get each month's report"
        )
    }
}

/// How a connection to a mail server is protected.
private enum MailProtection: String, CaseIterable {
    case startTLS = "starttls"
    case tls, none
}

/// What is told: the kinds of alarms, and the reports of months.
private enum Occasion: String, CaseIterable {
    case critical, warning, report
}

/// The list of notifications.
extension SettingsReader {
    mutating func notifications(_ owner: Owner) -> [NotificationSettings]? {
        let shown = { (sections: [RawSection]) -> String? in
            RawContent.sections(sections.map { $0.masking(["secret", "password"]) }).shown
        }
        guard let sections = value(.notifications, of: owner, shown: shown) else { return nil }
        let variable = owner.environment[SettingKey.notifications.row]?.origin
        let found = sections.enumerated().map { place, section in
            notification(SectionPart(section, label: "notifications[\(place)]", variable: variable), owner)
        }
        let whole = found.compactMap(\.self)
        return whole.count == found.count ? whole : nil
    }

    private mutating func notification(_ part: SectionPart, _ owner: Owner) -> NotificationSettings? {
        let kinds = ["command", "webhook", "email"]
        guard requireKnown(part, ["when"] + kinds) else { return nil }
        let given = kinds.filter { part.member($0) != nil }
        guard given.count == 1, let kind = given.first, let member = part.member(kind) else {
            report(.conflict, part.origin, "\(part.label) has to have one of command, webhook and email")
            return nil
        }
        var occasions = Occasion.allCases
        if let when = part.member("when") {
            let words = when.content.words().map { Occasion(rawValue: $0) }
            guard !words.isEmpty, !words.contains(nil) else {
                report(
                    .invalidValue,
                    part.origin(of: when),
                    "\(part.label).when must be a list of critical, warning and report"
                )
                return nil
            }
            occasions = words.compactMap(\.self)
        }
        let channel: NotificationSettings.Channel?
        if kind == "command" {
            channel = read("command", .command, part).map { .command($0) }
        } else if case .sections(let sections) = member.content, let section = sections.first {
            let inner = SectionPart(section, label: "\(part.label).\(kind)", variable: part.variable)
            channel = kind == "webhook" ? webhook(inner) : email(inner)
        } else {
            report(.invalidValue, part.origin(of: member), "\(part.label).\(kind) must be a section")
            channel = nil
        }
        return channel.map { channel in
            NotificationSettings(
                severities: occasions.filter { $0 != .report }.map(\.rawValue),
                tellsReports: occasions.contains(.report),
                channel: channel
            )
        }
    }

    private mutating func webhook(_ part: SectionPart) -> NotificationSettings.Channel? {
        guard requireKnown(part, ["url", "secret", "secret_file"]) else { return nil }
        let url = read("url", ValueFormat<URL>.baseURL, part)
        let secret = secret(.notificationSecret, "secret", part)
        guard let url, let secret else { return nil }
        return .webhook(url: url, secret: secret)
    }

    private mutating func email(_ part: SectionPart) -> NotificationSettings.Channel? {
        let keys = ["server", "tls", "user", "password", "password_file", "from", "to", "ca_file"]
        guard requireKnown(part, keys) else { return nil }
        let server = read("server", .mailServer, part)
        let sender = read("from", .mailAddress, part)
        let recipients = read("to", .mailAddresses, part)
        let isProtected = part.member("tls") != nil
        let protection = isProtected ? read("tls", ValueFormat<MailProtection>.choice(), part) : .startTLS
        let user = part.member("user") == nil ? nil : read("user", .visibleASCII("a user's name"), part)
        let file = part.member("ca_file") == nil ? nil : read("ca_file", .path, part).map(absolute)
        let password = secret(.notificationPassword, "password", part)
        guard let server, let sender, let recipients, let protection, let password else { return nil }
        if protection == .none, !Address.isLoopback(server.host) {
            report(.conflict, part.origin, "\(part.label).tls is none, which is for a server on this machine only")
            return nil
        }
        if (user == nil) != (password == nil) {
            report(.missingKey, part.origin, "\(part.label): user and password_file go together")
            return nil
        }
        return .email(
            NotificationSettings.Email(
                host: server.host,
                port: server.port,
                protection: protection.rawValue,
                user: user,
                password: password,
                sender: sender,
                recipients: recipients,
                certificatesFile: file
            )
        )
    }
}

extension SettingsReader {
    /// - Returns: `nil` if something is wrong; `.some(nil)` if no secret is given.
    private mutating func secret(_ key: SecretKey, _ name: String, _ part: SectionPart) -> SecretSource?? {
        var owner = Owner(file: [:], environment: [:])
        owner.label = part.label
        for (row, word) in [(key.text.row, name), (key.file.row, "\(name)_file")] {
            guard let member = part.member(word) else { continue }
            owner.file[row] = RawValue(content: member.content, origin: part.origin(of: member))
        }
        guard !owner.file.isEmpty else { return .some(nil) }
        return secret(key, of: owner).map { .some($0) }
    }
}

/// Where a mail server is.
private struct MailServerAddress: Sendable {
    var host: String
    var port: Int
}

extension ValueFormat<MailServerAddress> {
    /// A mail server.
    fileprivate static var mailServer: Self {
        Self(expectation: "a host and a port such as mail.example:587") { (content) throws(BadValue) in
            let word = try content.word()
            guard let colon = word.lastIndex(of: ":"), let port = Int(word[word.index(after: colon)...]),
                (1...65535).contains(port), Address.isHostPattern(String(word[..<colon])), !word.hasPrefix("*")
            else { throw BadValue() }
            return MailServerAddress(host: String(word[..<colon]), port: port)
        }
    }
}

extension ValueFormat<String> {
    /// One address, without a name.
    fileprivate static var mailAddress: Self {
        Self(expectation: "an e-mail address such as callark@example.com") { (content) throws(BadValue) in
            guard let address = Self.address(try content.word()) else { throw BadValue() }
            return address
        }
    }

    fileprivate static func address(_ word: String) -> String? {
        let parts = word.split(separator: "@", omittingEmptySubsequences: false)
        let forbidden = Set("<>()[],;:\\\"".utf8)
        guard parts.count == 2, !parts[0].isEmpty, Address.isHostPattern(String(parts[1])), word.utf8.count <= 254,
            word.utf8.allSatisfy({ (UInt8(ascii: "!")...UInt8(ascii: "~")).contains($0) && !forbidden.contains($0) })
        else { return nil }
        return word
    }
}

extension ValueFormat<[String]> {
    /// At least one address.
    fileprivate static var mailAddresses: Self {
        Self(expectation: "a list of e-mail addresses") { (content) throws(BadValue) in
            let addresses = content.words().map(ValueFormat<String>.address)
            guard !addresses.isEmpty, !addresses.contains(nil) else { throw BadValue() }
            return addresses.compactMap(\.self)
        }
    }
}
