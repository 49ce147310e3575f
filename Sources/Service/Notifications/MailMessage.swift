import Foundation
import Recordings

/// An e-mail of plain text (RFC 5322), with an attachment if it has one.
struct MailMessage: Sendable {
    var from: String
    var recipients: [String]
    /// One line.
    var subject: String
    var text: String
    var time: Timestamp
    /// Unique, so that a message that arrives twice is seen as one.
    var id: String
    var attachment: Attachment?

    /// A file that comes with it.
    struct Attachment: Sendable, Hashable {
        /// ASCII without quotation marks.
        var name: String
        var mediaType: String
        var bytes: [UInt8]
    }

    /// Header and body, with lines that end with CR LF. All content is in base64, so it has no long lines and no single dots,
    /// and no line of it is the boundary of parts.
    var bytes: [UInt8] {
        let domain = from.split(separator: "@").last.map(String.init) ?? "callark"
        let header = [
            "From: Callark <\(from)>", "To: \(recipients.map { "<\($0)>" }.joined(separator: ", "))",
            "Subject: \(Self.encoded(subject))", "Date: \(Self.date(time))", "Message-ID: <\(id)@\(domain)>",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
        ]
        let plain = Self.part(["Content-Type: text/plain; charset=utf-8"], Array(text.utf8))
        guard let attachment else { return Array((header.map { $0 + "\r\n" }.joined() + plain).utf8) }
        let boundary = "=_callark"
        let attached = [
            "Content-Type: \(attachment.mediaType)",
            "Content-Disposition: attachment; filename=\"\(attachment.name)\"",
        ]
        let parts = [plain, Self.part(attached, attachment.bytes)].map { "--\(boundary)\r\n\($0)" }
        let all = header + ["Content-Type: multipart/mixed; boundary=\"\(boundary)\"", ""]
        return Array((all.map { $0 + "\r\n" } + parts + ["--\(boundary)--\r\n"]).joined().utf8)
    }

    /// The rest of a header, and the body.
    private static func part(_ header: [String], _ bytes: [UInt8]) -> String {
        let body = Data(bytes).base64EncodedString(options: [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ])
        let lines = header + ["Content-Transfer-Encoding: base64", "", body]
        return lines.map { $0 + "\r\n" }.joined()
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
