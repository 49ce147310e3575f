import Files
import HTTPTypes
import Payloads
import Recordings
import Settings
import WebexContactCenter
import Wiring

/// `{"type":"webhook", …}`: a subscription at the provider.
package struct WebhookLine: Encodable {
    private let subscription: Subscription
    private let organization: OrganizationName
    private let action: String?

    /// - Parameter action: what was done: `created`, `kept`, `deleted`; `nil` in a list.
    package init(_ subscription: Subscription, of organization: OrganizationName, action: String? = nil) {
        self.subscription = subscription
        self.organization = organization
        self.action = action
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, id, name, destination, active, action
        case eventTypes = "event_types"
        case createdTime = "created_time"
    }

    package func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode("webhook", forKey: .type)
        try line.encode(organization.description, forKey: .organization)
        try line.encode(subscription.id.description, forKey: .id)
        try line.encode(subscription.name, forKey: .name)
        try line.encode(subscription.destination, forKey: .destination)
        try line.encode(subscription.eventTypes.sorted(), forKey: .eventTypes)
        try line.encode(subscription.isActive, forKey: .active)
        try line.encode(subscription.createdTime?.description, forKey: .createdTime)
        try line.encodeIfPresent(action, forKey: .action)
    }
}

/// The provider's subscriptions, by HTTP: `/api/v1/organizations/{organization}/webhooks`.
struct WebhookSubscriptions: Sendable {
    let installation: Installation
    /// Those that the events are checked with: the provider must get the same.
    let secrets: WebhookSecrets

    var routes: [Route] {
        let path = "/api/v1/organizations/{organization}/webhooks"
        return [
            Route(.get, path, .permission(.administer)) { try await list($0) },
            Route(.post, path, .permission(.administer)) { try await create($0) },
            Route(.delete, path, .permission(.administer)) { try await delete($0) },
        ]
    }

    private func organization(_ inquiry: Inquiry) throws -> OrganizationSettings {
        let name = try ArchiveView(installation, inquiry).organization(inquiry.value("organization"))
        guard let settings = installation.organization(name) else { throw Problem.bug }
        return settings
    }

    private func list(_ inquiry: Inquiry) async throws -> Answer {
        let organization = try organization(inquiry)
        let found = try await installation.contactCenter(of: organization).subscriptions.list()
        return try Answer.json(["webhooks": found.map { WebhookLine($0, of: organization.name) }])
    }

    private func create(_ inquiry: Inquiry) async throws -> Answer {
        let organization = try organization(inquiry)
        guard let address = installation.webhookAddress(of: organization.name),
            let secret = try secrets.secret(of: organization.name)
        else {
            throw Problem(
                .conflict,
                "not_configured",
                "webhooks need service.public_url and the organization's webhook_secret_file"
            )
        }
        let subscriptions = try await installation.contactCenter(of: organization).subscriptions
        let (made, isNew) = try await subscriptions.ensure(to: address, secret: Secret(secret))
        try installation.note([made], organization.name)
        let line = WebhookLine(made, of: organization.name, action: isNew ? "created" : "kept")
        return try Answer.json(line, status: isNew ? .created : .ok)
    }

    private func delete(_ inquiry: Inquiry) async throws -> Answer {
        let organization = try organization(inquiry)
        guard let address = installation.webhookAddress(of: organization.name) else { return Answer(.noContent) }
        let subscriptions = try await installation.contactCenter(of: organization).subscriptions
        for found in try await subscriptions.list(to: address) { try await subscriptions.delete(found.id) }
        try installation.note([], organization.name)
        return Answer(.noContent)
    }
}
