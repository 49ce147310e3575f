import Transfer

/// How long anchors are waited for: nothing in an archive waits for them for long.
package struct AnchorPatience: Hashable, Sendable {
    /// How often, and after which pauses, one that cannot be reached is asked again.
    package var retry: RetryPolicy
    /// For one request and its whole answer.
    package var request: Duration
    /// For a command, from its start to its end.
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
