import HTTPTypes
import Logging
import Recordings
import Settings
import WebexContactCenter
import Wiring

/// Receives the provider's events. An event only says that a call should be looked up soon; polling does not depend on it.
struct WebhookRoutes: Sendable {
    let installation: Installation
    let inbox: WebhookInbox
    let secrets: WebhookSecrets
    let metrics: WebhookMetrics
    private let failures = FailedLogins()

    init(installation: Installation, inbox: WebhookInbox, metrics: WebhookMetrics) {
        self.installation = installation
        self.inbox = inbox
        self.metrics = metrics
        secrets = WebhookSecrets(installation.settings.organizations)
    }

    var routes: [Route] {
        [Route(.post, "/webhooks/webex/{organization}", .open) { try await receive($0) }]
    }

    private struct Line: Encodable {
        let type = "webhook"
        var state: WebhookInbox.Receipt
    }

    private func receive(_ inquiry: Inquiry) async throws -> Answer {
        let name = try inquiry.value("organization")
        // An organization without a secret answers as if it did not exist.
        guard let settings = installation.settings.organizations.first(where: { $0.name.description == name }),
            let secret = try secrets.secret(of: settings.name)
        else { throw Problem.notFound("there is nothing at this path") }
        let body = try await inquiry.body()
        let now = installation.now
        let given = inquiry.headers[values: .webexSignature]
        guard given.count == 1, WebhookSignature.isValid(given[0], of: body, secret: secret) else {
            metrics.count(.badSignature, settings.name)
            throw refused("bad_signature", "the signature is not that of this body", settings.name, inquiry, now)
        }
        guard let event = WebhookEvent(body) else {
            metrics.count(.badBody, settings.name)
            throw Problem(.badRequest, "bad_body", "the body is not an event of the provider")
        }
        if let other = event.organization, settings.organizationID.isContradicted(by: other) {
            metrics.count(.otherOrganization, settings.name)
            throw refused("other_organization", "the event is of another organization", settings.name, inquiry, now)
        }
        let receipt = try await inbox.receive(event, settings.name, at: now)
        metrics.count(WebhookMetrics.Outcome(receipt), settings.name)
        if receipt == .noted || receipt == .ignored, let time = event.time {
            metrics.noteDelay(now - time, settings.name)
        }
        if receipt == .full { throw Problem.busy("too many events wait", retryAfter: 60) }
        if receipt != .known, event.isLate(at: now) {
            installation.logger.notice(
                "an event of the provider is late",
                metadata: ["organization": "\(settings.name)", "type": "\(event.type)"]
            )
        }
        return try Answer.json(Line(state: receipt))
    }

    private func refused(
        _ code: String,
        _ detail: String,
        _ organization: OrganizationName,
        _ inquiry: Inquiry,
        _ now: Timestamp
    ) -> Problem {
        if let seconds = failures.note(inquiry.address, now: now) {
            return Problem(
                .tooManyRequests,
                "too_many_attempts",
                "\(detail), and this address has tried too often",
                headers: [.retryAfter: String(seconds)]
            )
        }
        installation.logger.warning(
            "a webhook was refused",
            metadata: ["organization": "\(organization)", "reason": "\(code)", "address": "\(inquiry.address)"]
        )
        return Problem(.forbidden, code, detail)
    }
}

extension HTTPField.Name {
    /// The header with the signature of a webhook's body.
    static let webexSignature = known("X-WebexCC-Signature")
}
