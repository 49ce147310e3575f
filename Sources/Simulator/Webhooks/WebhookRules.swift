/// How webhooks are sent in doubtful cases (wxcc-api 12).
package struct WebhookRules: Sendable {
    /// Whether each event is sent twice.
    package var sendsTwice = false
    /// How many deliveries in a row have to fail until a subscription is switched off.
    package var failuresUntilOff = 3

    /// As wxcc-api says, whether it is certain or guesses.
    package init() {}
}
