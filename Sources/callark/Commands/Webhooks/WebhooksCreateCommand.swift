import ArgumentParser
import Files
import Payloads
import Recordings
import Service
import Settings
import WebexContactCenter
import Wiring

struct WebhooksCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Have the provider send the events of new recordings to this installation's service.",
        discussion: """
            If it does so already, nothing changes: a second subscription would send every event twice. One that the \
            provider has switched off is replaced. After changing webhook_secret_file, use --replace, because the \
            provider never shows the secret that it has.

            EXAMPLES
              callark webhooks create
              callark webhooks create --org acme --replace
            """
    )

    @OptionGroup var options: WebhooksOptions

    @Flag(help: "Replace a subscription that works, to give the provider another secret.")
    var replace = false

    func run() async throws {
        let installation = try Installation(options.common)
        try installation.root.requireOwnAccount()
        let organization = try installation.organization(named: options.org)
        let address = try installation.requiredWebhookAddress(of: organization)
        guard let secret = organization.webhookSecret else {
            throw CommandError(
                .configuration,
                "give organizations.\(organization.name).webhook_secret_file: the provider signs its events with it"
            )
        }
        let output = Output(json: options.common.json)
        defer { output.flush() }
        let text = Secret(try secret.reveal())
        let (made, isNew) = try await installation.withContactCenter(of: organization) {
            try await $0.subscriptions.ensure(to: address, secret: text, replaces: replace)
        }
        try installation.note([made], organization.name)
        let action = isNew ? "created" : "kept"
        try output.json(WebhookLine(made, of: organization.name, action: action))
        try output.json(Summary(action: action, id: made.id.description))
        output.text("\(isNew ? "created" : "exists already"): events of \(organization.name) go to \(address)")
    }

    private struct Summary: Encodable {
        let type = "summary"
        var action: String
        var id: String
    }
}
