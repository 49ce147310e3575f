import Reports
import ArgumentParser
import Files
import Payloads
import Recordings
import Service
import Settings
import WebexContactCenter
import Wiring

struct WebhooksListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the subscriptions of one organization, or of all.",
        discussion: """
            Also those that other programs created. The provider may switch one off after delivery errors: INACTIVE. \
            `callark webhooks create` replaces Callark's own.

            EXAMPLES
              callark webhooks list
              callark webhooks list --org acme --json
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Only this organization; may be given more than once.", transform: OrganizationName.init(argument:))
    var org: [OrganizationName] = []

    func run() async throws {
        let installation = try Installation(common, usesRoot: false)
        let output = Output(json: common.json)
        defer { output.flush() }
        var listed: [ListedWebhook] = []
        try await installation.withContactCenters(try installation.organizations(named: org)) {
            organization,
            contactCenter in
            let address = installation.webhookAddress(of: organization.name)
            let found = try await contactCenter.subscriptions.list()
            listed += found.map {
                ListedWebhook(organization: organization.name, subscription: $0, isOwn: $0.destination == address)
            }
            if address != nil, organization.webhookSecret != nil, (try? installation.root.identity()) != nil {
                try? installation.note(found.filter { $0.destination == address }, organization.name)
            }
        }
        try ListedWebhook.table.write(listed, to: output)
        output.text(Readable.count(listed.count, "webhook"))
        try output.json(Summary(webhooks: listed.count))
    }

    private struct Summary: Encodable {
        let type = "summary"
        var webhooks: Int
    }
}

/// A subscription and its organization.
private struct ListedWebhook {
    var organization: OrganizationName
    var subscription: Subscription
    /// Whether it sends events to this installation's service.
    var isOwn: Bool

    static var table: Table<ListedWebhook> {
        Table(
            type: "webhook",
            columns: [
                .init(name: "organization", heading: "ORGANIZATION", rank: 3) { .text($0.organization.description) },
                .init(name: "id", heading: "ID", rank: 1, line: 1) { .text($0.subscription.id.description) },
                .init(name: "name", heading: "NAME") { .text($0.subscription.name) },
                .init(
                    name: "active",
                    heading: "STATE",
                    value: { .boolean($0.subscription.isActive) },
                    text: { $0.subscription.isActive ? "active" : "INACTIVE" }
                ),
                .init(name: "event_types", heading: "EVENTS", rank: 2) {
                    .text($0.subscription.eventTypes.sorted().joined(separator: ","))
                },
                .init(
                    name: "own",
                    heading: "SENDS TO",
                    value: { .boolean($0.isOwn) },
                    text: { $0.isOwn ? "this service" : $0.subscription.destination }
                ),
            ],
            line: { WebhookLine($0.subscription, of: $0.organization) }
        )
    }
}
