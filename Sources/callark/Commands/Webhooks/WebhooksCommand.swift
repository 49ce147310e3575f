import ArgumentParser
import Foundation
import Recordings
import Settings
import WebexContactCenter
import Wiring

struct WebhooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks",
        abstract: "Create, list and delete the provider's subscriptions, which tell the service of new recordings.",
        discussion: """
            Without webhooks, a new recording is found by the next poll (service.schedule.poll_minutes). With them, the \
            provider tells the service (`callark serve`) as soon as one can be fetched. Polling continues in either case, \
            because events can be lost.

            This needs service.public_url, which the provider must reach by https on port 443, and for the organization \
            webhook_secret_file: a file with 32 to 256 random characters. Creating and deleting requires the scope \
            cjp:config_write.

            EXAMPLES
              openssl rand -hex 32 > /etc/callark/acme.webhook
              chmod 600 /etc/callark/acme.webhook
              callark webhooks create --org acme
              callark webhooks list
            """,
        subcommands: [WebhooksListCommand.self, WebhooksCreateCommand.self, WebhooksDeleteCommand.self],
        defaultSubcommand: WebhooksListCommand.self
    )
}

/// The organization whose subscriptions a command changes.
struct WebhooksOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions

    @Option(
        help: "The organization; required if the configuration has several.",
        transform: OrganizationName.init(argument:)
    )
    var org: OrganizationName?
}

extension Installation {
    /// The address at which the service receives an organization's events.
    /// - Throws: ``CommandError`` with exit code 78 if it is not configured, or the provider would not accept it.
    func requiredWebhookAddress(of organization: OrganizationSettings) throws -> String {
        guard let address = webhookAddress(of: organization.name), let url = settings.service.publicURL else {
            throw CommandError(.configuration, "give service.public_url: the provider has to know where to send events")
        }
        // The simulator is on this machine, and so is whoever tries it.
        let isTrial = ["127.0.0.1", "localhost"].contains(organization.apiBaseURL.host() ?? "")
        guard isTrial || url.scheme == "https" && (url.port ?? 443) == 443 else {
            throw CommandError(
                .configuration,
                "service.public_url is \(url.absoluteString): the provider sends events by https on port 443 only"
            )
        }
        return address
    }
}
