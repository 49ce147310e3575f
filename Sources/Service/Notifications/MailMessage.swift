import Foundation
import Recordings

/// An e-mail of plain text (RFC 5322).
struct MailMessage: Sendable {
    var from: String
    var recipients: [String]
    /// One line.
    var subject: String
    var text: String
    var time: Timestamp
    /// Unique, so that a message that arrives twice is seen as one.
    var id: String

    /// Header and body, with lines that end with CR LF. The body is in base64, so it has no long lines and no single dots.
    var bytes: [UInt8] {
        let domain = from.split(separator: "@").last.map(String.init) ?? "callark"
        let header = [
            "From: Callark <\(from)>", "To: \(recipients.map { "<\($0)>" }.joined(separator: ", "))",
            "Subject: \(Self.encoded(subject))", "Date: \(Self.date(time))", "Message-ID: <\(id)@\(domain)>",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: base64",
        ]
        let body = Data(text.utf8).base64EncodedString(options: [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ])
        return Array((header.joined(separator: "\r\n") + "\r\n\r\n" + body + "\r\n").utf8)
    }

    /// A text that is not plain ASCII as encoded words (RFC 2047), each of at most 75 characters.
    private static func encoded(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && text.utf8.count <= 900
        guard !isPlain || text.contains("=?") else { return text }
        var words: [String] = []
        var part = ""
        for character in text {
            if part.utf8.count + character.utf8.count > 42, !part.isEmpty {
                words.append(part)
                part = ""
            }
            part.append(character)
        }
        words.append(part)
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    private static func date(_ time: Timestamp) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss Z"
        return formatter.string(from: time.date)
    }
}
