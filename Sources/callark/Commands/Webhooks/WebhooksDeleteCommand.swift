import Reports
import ArgumentParser
import Files
import Payloads
import Recordings
import Service
import Settings
import WebexContactCenter
import Wiring

struct WebhooksDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Have the provider send no more events.",
        discussion: """
            Deletes the subscription whose ID is given; without one, those that send to this installation's service. \
            Polling finds new recordings as before.

            EXAMPLES
              callark webhooks delete
              callark webhooks delete ID --org acme
            """
    )

    @OptionGroup var options: WebhooksOptions

    @Argument(help: "The ID of a subscription, as `callark webhooks list` has it.")
    var id: String?

    func run() async throws {
        let installation = try Installation(options.common)
        try installation.root.requireOwnAccount()
        let organization = try installation.organization(named: options.org)
        let address = id == nil ? try installation.requiredWebhookAddress(of: organization) : nil
        let output = Output(json: options.common.json)
        defer { output.flush() }
        let deleted = try await installation.withContactCenter(of: organization) { contactCenter in
            let subscriptions = contactCenter.subscriptions
            let chosen = try await subscriptions.list().filter {
                $0.id.description == id || id == nil && $0.destination == address
            }
            for subscription in chosen { try await subscriptions.delete(subscription.id) }
            return chosen
        }
        if deleted.isEmpty, let id {
            throw CommandError.unknown("webhook", [id], "`callark webhooks list` has those of \(organization.name)")
        }
        for subscription in deleted {
            try output.json(WebhookLine(subscription, of: organization.name, action: "deleted"))
        }
        let own = installation.webhookAddress(of: organization.name)
        if deleted.contains(where: { $0.destination == own }) { try installation.note([], organization.name) }
        output.text("deleted \(Readable.count(deleted.count, "webhook")) of \(organization.name)")
        try output.json(Summary(webhooks: deleted.count))
    }

    private struct Summary: Encodable {
        let type = "summary"
        var webhooks: Int
    }
}
