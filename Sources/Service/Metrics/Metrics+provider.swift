import Recordings
import Settings
import WebexContactCenter
import Wiring

/// Metrics of the provider: what it is asked, which events it sends, and how soon recordings arrive.
extension Metrics {
    func addProvider(_ text: inout MetricsText, _ names: [OrganizationName]) async {
        var (requests, waits): (Samples, Samples) = ([], [])
        for name in names {
            let figures = await installation.contactCenters.requestFigures(of: name)
            let organization = ("organization", name.description)
            for outcome in ProviderRequests.Outcome.allCases {
                let count = figures.requests[outcome] ?? 0
                requests.append(([organization, ("outcome", outcome.rawValue)], Double(count)))
            }
            waits.append(([organization, ("reason", "pace")], figures.paced.seconds))
            waits.append(([organization, ("reason", "retry")], figures.retried.seconds))
        }
        text.add(
            "callark_provider_requests_total",
            .counter,
            "Requests to the provider's API and for tokens, without downloads, by outcome.",
            requests
        )
        text.add(
            "callark_provider_wait_seconds_total",
            .counter,
            "Time that calls waited because of the quota (pace), or before another attempt (retry).",
            waits
        )
    }

    func addWebhooks(_ text: inout MetricsText, _ names: [OrganizationName]) {
        let names = names.filter { installation.organization($0)?.webhookSecret != nil }
        var events: Samples = []
        var delays: [(labels: [(String, String)], histogram: Histogram)] = []
        for name in names {
            let figures = counters.webhooks.figures(of: name)
            let organization = ("organization", name.description)
            for outcome in WebhookMetrics.Outcome.allCases {
                let count = figures.events[outcome] ?? 0
                events.append(([organization, ("outcome", outcome.rawValue)], Double(count)))
            }
            delays.append(([organization], figures.delays))
        }
        text.add("callark_webhooks_total", .counter, "Events that the provider sent, by outcome.", events)
        text.add(
            "callark_webhook_delay_seconds",
            "Time from an event, as it says itself, until its arrival.",
            delays
        )
    }

    func addDelays(_ text: inout MetricsText, _ names: [OrganizationName]) {
        let delays = names.flatMap { name in
            StoringDelays.Finder.allCases.map { finder in
                (
                    labels: [("organization", name.description), ("finder", finder.rawValue)],
                    histogram: counters.delays.histogram(name, finder)
                )
            }
        }
        text.add(
            "callark_storing_delay_seconds",
            "Time from the end of a call until its recording was stored, by who looked for it.",
            delays
        )
    }

    func addSessions(_ text: inout MetricsText) async throws {
        let counts = try await database.sessionCounts(at: installation.now)
        text.add(
            "callark_sessions",
            .gauge,
            "Sessions of browsers that have neither ended nor expired, by how they were begun.",
            [([("holder", "key")], Double(counts.keys)), ([("holder", "person")], Double(counts.people))]
        )
    }
}
