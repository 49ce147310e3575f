import Foundation
import HTTPTypes
import Logging
import Recordings
import Wiring

/// `POST /api/v1/notifications/tests`: sends a test to every channel, so that a person learns that it works before an alarm
/// has to.
struct NotificationTrial: Sendable {
    let channels: [NotificationChannel]
    let logger: Logger
    let now: @Sendable () -> Timestamp

    var routes: [Route] {
        [Route(.post, "/api/v1/notifications/tests", .permission(.administer)) { _ in try await send() }]
    }

    private struct Line: Encodable {
        let type = "notification_test"
        var channel: String
        var delivered: Bool
        /// Why it was not delivered.
        var error: String?

        private enum CodingKeys: String, CodingKey {
            case type, channel, delivered, error
        }

        func encode(to encoder: any Encoder) throws {
            var line = encoder.container(keyedBy: CodingKeys.self)
            try line.encode(type, forKey: .type)
            try line.encode(channel, forKey: .channel)
            try line.encode(delivered, forKey: .delivered)
            try line.encode(error, forKey: .error)
        }
    }

    private func send() async throws -> Answer {
        let notification = AlarmNotice(
            id: UUID().uuidString.lowercased(),
            time: now(),
            begun: [],
            ended: [],
            isTest: true
        )
        var lines: [Line] = []
        for channel in channels {
            do {
                try await channel.deliver(notification)
                lines.append(Line(channel: channel.name, delivered: true))
            } catch {
                logger.warning(
                    "a test was not delivered",
                    metadata: ["channel": "\(channel.name)", "error": "\(error)"]
                )
                lines.append(Line(channel: channel.name, delivered: false, error: "\(error)"))
            }
        }
        return try Answer.json(["channels": lines])
    }
}
