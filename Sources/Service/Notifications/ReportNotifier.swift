import Archiver
import Foundation
import Logging
import Manifest
import Recordings
import Settings
import Reports
import Wiring

/// Tells each channel that wants it the report of a month, once, when the last day of the month has closed. What a channel
/// does not take is tried again until it does, less and less often.
struct ReportNotifier: Sendable {
    let installation: Installation
    let channels: [NotificationChannel]
    let database: ServiceDatabase
    let stop: StopRequest

    /// How often closed months are looked for.
    private static let interval = Duration.seconds(60)

    /// Runs until the service stops.
    func run() async {
        guard channels.contains(where: \.settings.tellsReports) else { return }
        var retries = ReportRetries()
        while !stop.isMade, !Task.isCancelled {
            await look(&retries)
            await stop.wait(atMost: Self.interval)
        }
    }

    /// Looks once, and tells the channels what they were not told.
    /// - Parameter retries: what failed before.
    func look(_ retries: inout ReportRetries) async {
        do {
            guard let manifest = try await installation.manifestForReading() else { return }
            let known = try await manifest.organizations().map(\.name)
            for name in installation.settings.organizations.map(\.name) where known.contains(name) {
                do {
                    try await look(at: name, manifest, &retries)
                } catch {
                    // The others get theirs.
                    complain(error, of: name)
                }
            }
        } catch {
            complain(error)
        }
    }

    private func complain(_ error: any Error, of organization: OrganizationName? = nil) {
        guard !stop.isMade else { return }
        var metadata: Logger.Metadata = ["error": "\(error)"]
        if let organization { metadata["organization"] = "\(organization)" }
        installation.logger.warning("reports could not be looked for", metadata: metadata)
    }

    private func look(at name: OrganizationName, _ manifest: Manifest, _ retries: inout ReportRetries) async throws {
        let now = installation.now
        let months = ReportMonth.ended(before: ArchiveDay(now, in: installation.timeZone))
        var waiting: [ReportMonth: [NotificationChannel]] = [:]
        for channel in channels where channel.settings.tellsReports {
            for month in try await database.untold(months, name, channel.id, at: now)
            where retries.isDue(delivery(month, name, channel), at: now) {
                waiting[month, default: []].append(channel)
            }
        }
        guard !waiting.isEmpty else { return }
        let outlook = try await manifest.closingOutlook(name)
        // Oldest first, as the months were.
        for month in months.reversed() {
            guard let channels = waiting[month], month.isClosed(outlook, in: installation.timeZone) else { continue }
            do {
                // The disk is looked at only when it matters. An archive that is gone opens its day.
                let standpoint = try await installation.standpoint(of: name, manifest, days: month.days)
                let present = try await manifest.closingOutlook(name, altered: standpoint.altered)
                guard month.isClosed(present, in: installation.timeZone), !stop.isMade else { continue }
                try await tell(channels, of: month, name, &retries)
            } catch {
                // Not made: no channel gets it, and it is not made anew each minute.
                for channel in channels { noteFailure(error, delivery(month, name, channel), channel, &retries) }
            }
        }
    }

    private func delivery(
        _ month: ReportMonth,
        _ name: OrganizationName,
        _ channel: NotificationChannel
    ) -> ReportRetries.Delivery {
        ReportRetries.Delivery(channel: channel.id, organization: name, month: month)
    }

    /// - Throws: why the report could not be made.
    private func tell(
        _ channels: [NotificationChannel],
        of month: ReportMonth,
        _ name: OrganizationName,
        _ retries: inout ReportRetries
    ) async throws {
        let logger = installation.logger
        let period = ReportPeriod(days: month.days)
        let report = try await Report.made(of: [name], over: period, in: installation) { logger.warning("\($0)") }
        for channel in channels {
            let notice = ReportNotice(organization: name, month: month, report: report, time: installation.now)
            do {
                try await stop.cancelling { try await channel.deliver(notice) }
                try await database.noteTold(month, name, channel.id, at: installation.now)
                retries.noteSuccess(of: delivery(month, name, channel))
            } catch {
                noteFailure(error, delivery(month, name, channel), channel, &retries)
            }
        }
    }

    private func noteFailure(
        _ error: any Error,
        _ delivery: ReportRetries.Delivery,
        _ channel: NotificationChannel,
        _ retries: inout ReportRetries
    ) {
        guard !stop.isMade else { return }
        let pause = retries.noteFailure(of: delivery, at: installation.now)
        installation.logger.error(
            "a report was not delivered; it is tried again",
            metadata: [
                "channel": "\(channel.name)", "organization": "\(delivery.organization)", "month": "\(delivery.month)",
                "minutes": "\(pause.components.seconds / 60)", "error": "\(error)",
            ]
        )
    }
}
