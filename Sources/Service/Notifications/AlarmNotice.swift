import Archiver
import Foundation
import Payloads
import Recordings

/// What a channel is told: which alarms began, and which ended.
struct AlarmNotice: Notice, Hashable {
    let id: String
    let time: Timestamp
    let begun: [Alarm]
    let ended: [Alarm]
    /// Whether someone only wants to know whether the channel works.
    var isTest = false

    /// `{"type":"notification", …}`, on one line.
    var json: [UInt8] {
        get throws { try JSONLine.bytes(Line(self)) + [UInt8(ascii: "\n")] }
    }

    private struct Line: Encodable {
        let type = "notification"
        var id: String
        var time: String
        var test: Bool
        var begun: [AlarmLine]
        var ended: [AlarmLine]

        init(_ notification: AlarmNotice) {
            id = notification.id
            time = notification.time.description
            test = notification.isTest
            begun = notification.begun.map(AlarmLine.init)
            ended = notification.ended.map(AlarmLine.init)
        }
    }

    var subject: String {
        if isTest { return "Callark: a test of this channel" }
        let alarms = begun.isEmpty ? ended : begun
        let first = alarms.first.map { Self.name($0) } ?? ""
        let more = alarms.count > 1 ? " and \(alarms.count - 1) more" : ""
        let isCritical = begun.contains { $0.severity == .critical }
        let word = begun.isEmpty ? "ended" : isCritical ? "CRITICAL" : "warning"
        return "Callark: \(word): \(first)\(more)"
    }

    var attachment: MailMessage.Attachment? { nil }

    var text: String {
        if isTest { return "This is a test. Alarms would be told in this way.\n" }
        var parts: [String] = []
        if !begun.isEmpty {
            parts.append((["Begun:"] + begun.map { "  \(Self.name($0)): \($0.message)" }).joined(separator: "\n"))
        }
        if !ended.isEmpty { parts.append((["Ended:"] + ended.map { "  \(Self.name($0))" }).joined(separator: "\n")) }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static func name(_ alarm: Alarm) -> String {
        "\(alarm.organization.map { "\($0) " } ?? "")\(alarm.code.rawValue)"
    }
}
