/// A clock reduced to what pacing needs, so that its type does not spread: the time since it was created, and sleep.
package struct Stopwatch: Sendable {
    /// How long ago this stopwatch was created.
    package let elapsed: @Sendable () -> Duration
    private let rest: @Sendable (Duration) async throws -> Void

    /// Starts now, by that clock.
    package init(_ clock: some Clock<Duration>) {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        rest = { try await clock.sleep(for: $0) }
    }

    /// Waits that long by the clock.
    /// - Throws: `cancelled`.
    package func sleep(for duration: Duration) async throws(ProviderError) {
        do {
            try await rest(duration)
        } catch {
            throw .cancelled
        }
    }
}
