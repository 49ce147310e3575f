import Foundation
import Logging
import Recordings
import Transfer

/// One organization at the provider: its tasks, its captures and its agents' activities as typed calls.
///
/// It keeps the organization's access token fresh, limits the rate of all its calls, retries temporary failures, and
/// says what to do about others. It knows nothing about archives; a call changes nothing on this machine except the
/// token file.
package final class ContactCenter: Sendable {
    let settings: ProviderSettings
    let exchange: ProviderExchange
    private let link: ProviderLink
    /// How often and after which pauses a temporary failure is retried.
    private let retry: RetryPolicy

    /// The task list lags a little, and a time in the future may be refused (wxcc-api 16).
    private static let listingLag = Duration.seconds(60)

    /// A client with tokens and a quota of its own. Makes no request yet.
    /// - Parameters:
    ///   - exchange: carries every request out, once.
    ///   - retry: how often and after which pauses a temporary failure is retried.
    ///   - clock: for pauses and pace.
    ///   - now: the current time, for the lifetimes of tokens and the end of listings.
    ///   - onPause: called when a call that failed waits for its next attempt.
    package convenience init(
        _ settings: ProviderSettings,
        exchange: any HTTPExchange,
        retry: RetryPolicy,
        clock: some Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) },
        logger: Logger,
        onPause: @escaping @Sendable (ProviderPause) -> Void = { _ in }
    ) {
        let stopwatch = Stopwatch(clock)
        let link = ProviderLink(settings, exchange: exchange, stopwatch: stopwatch, now: now, logger: logger)
        self.init(settings, link: link, retry: retry, onPause: onPause)
    }

    /// A client that shares its tokens and its quota with all others over `link`.
    init(
        _ settings: ProviderSettings,
        link: ProviderLink,
        retry: RetryPolicy,
        onPause: @escaping @Sendable (ProviderPause) -> Void
    ) {
        self.settings = settings
        self.link = link
        self.retry = retry
        exchange = ProviderExchange(settings, link: link, retry: retry, onPause: onPause)
    }

    private var tokens: AccessTokens { link.tokens }
    private func now() -> Timestamp { link.now() }

    /// The tasks created from `from` until before `to`, oldest first, fetched page by page as they are requested. The
    /// last minute before now is left to the next listing; if the provider's clock is behind ours, it counts. Ends with
    /// a page that covers the whole time up to then. A time that has only that last minute gives no page.
    package func taskPages(from: Timestamp, to: Timestamp) -> TaskPages {
        let end = min(to, now() - Self.listingLag)
        return TaskPages(
            exchange: exchange,
            settings: settings,
            walk: ListingWalk(from: from, to: end),
            latest: { [self] in latestByProvider }
        )
    }

    /// The end of the time that can be listed.
    var endOfListing: Timestamp { latestByProvider ?? now() - Self.listingLag }

    /// The end of the time that can be listed if the provider's clock is behind ours; `nil` if it is not known to be.
    private var latestByProvider: Timestamp? {
        guard let offset = exchange.clockOffset, offset < .zero - ProviderClock.tolerance else { return nil }
        return now() + offset - Self.listingLag
    }

    /// What agents did from `from` until before `to`, fetched page by page as it is requested: a second source of task
    /// IDs. It does not have calls that no agent touched. A time in the future would be refused, so the last minute
    /// before now is left out; if an earlier answer has shown that the provider's clock is behind ours, that clock
    /// counts.
    /// - Parameter filter: whose activities; by default everyone's, for the organization's channel types.
    package func activityPages(
        from: Timestamp,
        to: Timestamp,
        of filter: ActivityFilter? = nil
    ) -> ActivityPages {
        ActivityPages(
            exchange: exchange,
            settings: settings,
            filter: filter ?? ActivityFilter(channelTypes: settings.channelTypes),
            walk: ActivityWalk(from: from, to: min(to, endOfListing))
        )
    }

    /// What the provider has for these tasks, asked ten at a time, each once.
    /// - Throws: ``ProviderError`` if the failure is not about one task; failures of single tasks are in the answer.
    package func captures(of ids: [TaskID], options: CaptureOptions) async throws(ProviderError) -> CaptureAnswer {
        let batches = CaptureBatches(exchange: exchange, settings: settings, options: options)
        var seen: Set<TaskID> = []
        var rest = ids.filter { seen.insert($0).inserted }[...]
        var answer = CaptureAnswer()
        while !rest.isEmpty {
            let part = try await batches.answer(about: Array(rest.prefix(CaptureQuery.largestBatch)))
            answer.captures += part.captures
            answer.refused.merge(part.refused) { $1 }
            answer.malformed += part.malformed
            answer.trackingIDs.merge(part.trackingIDs) { $1 }
            rest = rest.dropFirst(CaptureQuery.largestBatch)
        }
        return answer
    }

    /// Checks with one small listing that the token works, that it is the organization's own, and that the region
    /// answers.
    /// - Throws: ``ProviderError`` that says which of these fails, and what to do.
    package func probe() async throws(ProviderError) -> ProbeResult {
        let started = link.stopwatch.elapsed()
        let end = now() - Self.listingLag
        let question = ListingWalk.Question(from: end - .hours(1), to: end, pageSize: 1)
        _ = try await exchange.tasks(question, of: settings)
        return ProbeResult(
            roundTrip: link.stopwatch.elapsed() - started,
            token: try await tokens.status(),
            clockOffset: exchange.clockOffset
        )
    }

    /// What is known about the tokens without asking the provider.
    /// - Throws: `tokenStore` if the file that keeps them cannot be read.
    package func tokenStatus() async throws(ProviderError) -> TokenStatus {
        try await tokens.status()
    }

    /// Exchanges the refresh token for a new pair now, one process at a time, if the present pair is as old as `age`.
    /// - Returns: whether there is a new pair.
    /// - Throws: ``ProviderError``; `authorization` if the refresh token is refused or missing.
    package func refreshTokens(ifOlderThan age: Duration = .zero) async throws(ProviderError) -> Bool {
        try await tokens.refresh(ifOlderThan: age, retrying: retry)
    }
}

/// What ``ContactCenter/probe()`` found in order.
package struct ProbeResult: Sendable, Hashable {
    /// How long the small listing took, including a refresh of the token and the wait for its turn.
    package var roundTrip: Duration
    /// The lifetimes of the tokens, as far as known.
    package var token: TokenStatus
    /// How far the provider's clock is ahead of this machine's, to a few seconds; `nil` if it did not say.
    package var clockOffset: Duration?

    /// States all of it.
    package init(roundTrip: Duration, token: TokenStatus, clockOffset: Duration? = nil) {
        self.roundTrip = roundTrip
        self.token = token
        self.clockOffset = clockOffset
    }
}
