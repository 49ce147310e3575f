import Archiver
import Foundation
import Logging
import Recordings
import Wiring

/// Watches the alarms of `callark status --check`, and tells each channel once when one begins and once when it ends. What
/// a channel does not take is tried again until it does.
struct Notifier: Sendable {
    let channels: [NotificationChannel]
    let database: ServiceDatabase
    let stop: StopRequest
    let logger: Logger
    let now: @Sendable () -> Timestamp
    /// All present alarms.
    let alarms: @Sendable () async throws -> [Alarm]

    /// How often alarms are looked for.
    private static let interval = Duration.seconds(60)

    /// Runs until the service stops.
    func run() async {
        guard !channels.isEmpty else { return }
        while !stop.isMade, !Task.isCancelled {
            await look()
            await stop.wait(atMost: Self.interval)
        }
    }

    /// Looks once, and tells the channels what has changed.
    func look() async {
        let present: [Alarm]
        do {
            present = try await alarms()
        } catch {
            // An alarm that cannot be seen has not ended.
            if !stop.isMade { logger.warning("alarms could not be looked for", metadata: ["error": "\(error)"]) }
            return
        }
        await withTaskGroup(of: Void.self) { group in
            for channel in channels { group.addTask { await tell(channel, present) } }
        }
    }

    private func tell(_ channel: NotificationChannel, _ present: [Alarm]) async {
        do {
            let change = channel.rule.change(present, try await database.notified(channel.id))
            guard !change.isEmpty else { return }
            // An alarm that ends before the channel takes this is then forgotten, and not told as ended.
            try await database.note(change, isTold: false, channel.id)
            guard !change.begun.isEmpty || !change.ended.isEmpty else { return }
            let id = UUID().uuidString.lowercased()
            let notification = AlarmNotice(id: id, time: now(), begun: change.begun, ended: change.ended)
            try await stop.cancelling { try await channel.deliver(notification) }
            try await database.note(change, isTold: true, channel.id)
        } catch {
            guard !stop.isMade else { return }
            logger.error(
                "a notification was not delivered; it is tried again",
                metadata: ["channel": "\(channel.name)", "error": "\(error)"]
            )
        }
    }
}
