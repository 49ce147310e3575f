/// What the service counts while it runs. Everything begins at zero when it starts.
struct ServiceCounters: Sendable {
    let requests = RequestMetrics()
    let webhooks = WebhookMetrics()
    let delays = StoringDelays()
}
