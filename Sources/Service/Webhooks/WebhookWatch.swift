import Archiver
import Foundation
import Logging
import Recordings
import Settings
import WebexContactCenter
import Wiring

/// Asks the provider every hour whether it still sends its events, because it switches a subscription off after delivery
/// errors.
struct WebhookWatch: Sendable {
    let installation: Installation
    let stop: StopRequest

    private static let interval = Duration.hours(1)

    /// Runs until the service stops.
    func run() async {
        guard !watched.isEmpty else { return }
        while !stop.isMade, !Task.isCancelled {
            await checkAll()
            await stop.wait(atMost: Self.interval)
        }
    }

    /// The organizations whose events should come.
    private var watched: [OrganizationSettings] {
        installation.settings.organizations.filter { organization in
            organization.webhookSecret != nil && installation.webhookAddress(of: organization.name) != nil
        }
    }

    /// Asks the provider once.
    func checkAll() async {
        for organization in watched { await check(organization) }
    }

    private func check(_ organization: OrganizationSettings) async {
        guard !stop.isMade, let address = installation.webhookAddress(of: organization.name) else { return }
        do {
            let found = try await stop.cancelling {
                try await installation.contactCenter(of: organization).subscriptions.list(to: address)
            }
            try installation.note(found, organization.name)
        } catch {
            guard !stop.isMade else { return }
            installation.logger.warning(
                "the provider's webhooks could not be checked",
                metadata: ["organization": "\(organization.name)", "error": "\(error)"]
            )
        }
    }
}
