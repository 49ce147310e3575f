import Transfer

/// How long to wait for anchors. Nothing in an archive waits long for them.
package struct AnchorPatience: Hashable, Sendable {
    /// How often, and after which delays, an anchor that cannot be reached is asked again.
    package var retry: RetryPolicy
    /// The limit for one request and its whole answer.
    package var request: Duration
    /// The limit for a command, from its start to its end.
    package var command: Duration

    package init(
        retry: RetryPolicy = RetryPolicy(
            attempts: 3,
            maximumDelay: .seconds(4),
            longestRetryAfter: .seconds(10)
        ),
        request: Duration = .seconds(20),
        command: Duration = .seconds(60)
    ) {
        self.retry = retry
        self.request = request
        self.command = command
    }
}
