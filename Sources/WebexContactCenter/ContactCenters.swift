import Foundation
import Logging
import Recordings
import Transfer

/// The process's way to the provider: one engine for all requests and downloads, and for each organization one quota, one
/// set of tokens and one view of the provider's clock, however many clients use them.
///
/// An organization's quota and credentials are those of its first client.
package actor ContactCenters {
    private let configuration: TransferEngine.Configuration
    private let stopwatch: Stopwatch
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private var started: TransferEngine?
    private var links: [OrganizationName: ProviderLink] = [:]
    /// They outlive the links, because counters only grow.
    private var requests: [OrganizationName: ProviderRequests] = [:]
    private var legacy: [OrganizationName: LegacyRecords] = [:]

    /// Starts nothing yet.
    /// - Parameters:
    ///   - clock: for pauses and pace.
    ///   - now: the current time, for the lifetimes of tokens and the end of listings.
    package init(
        engine configuration: TransferEngine.Configuration,
        clock: some Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) },
        logger: Logger
    ) {
        self.configuration = configuration
        stopwatch = Stopwatch(clock)
        self.now = now
        self.logger = logger
    }

    /// The engine that carries everything out; it starts when it is first needed.
    /// - Throws: `TransferError` with code `untrusted` if the additional certificates cannot be used.
    package var engine: TransferEngine {
        get throws(TransferError) {
            if let started { return started }
            let engine = try TransferEngine(configuration)
            started = engine
            return engine
        }
    }

    /// A client of an organization's provider.
    /// - Parameters:
    ///   - retry: how often and after which pauses this client retries a temporary failure.
    ///   - onPause: called when a call of this client that failed waits for its next attempt.
    /// - Throws: as ``engine``.
    package func client(
        of settings: ProviderSettings,
        retry: RetryPolicy,
        onPause: @escaping @Sendable (ProviderPause) -> Void = { _ in }
    ) throws(TransferError) -> ContactCenter {
        let engine = try engine
        let link = links[settings.organization] ?? link(settings, over: engine)
        links[settings.organization] = link
        return ContactCenter(settings, link: link, retry: retry, onPause: onPause)
    }

    /// The client of an organization's legacy records; the first one's settings and retries hold.
    /// - Throws: as ``engine``.
    package func legacyRecords(
        of settings: LegacySettings,
        retry: RetryPolicy
    ) throws(TransferError) -> LegacyRecords {
        if let known = legacy[settings.organization] { return known }
        let records = LegacyRecords(
            settings,
            exchange: try engine,
            retry: retry,
            stopwatch: stopwatch,
            now: now,
            logger: logger
        )
        legacy[settings.organization] = records
        return records
    }

    /// What is known about an organization's tokens, without asking the provider and without starting the engine.
    /// - Throws: ``ProviderError`` with code `tokenStore` if the file that keeps them cannot be read.
    package func tokenStatus(of settings: ProviderSettings) async throws(ProviderError) -> TokenStatus {
        let link = links[settings.organization] ?? link(settings, over: NoExchange())
        return try await link.tokens.status()
    }

    /// What was asked of an organization's provider since the process began.
    package func requestFigures(of organization: OrganizationName) -> ProviderRequests.Figures {
        requests[organization]?.figures ?? ProviderRequests.Figures()
    }

    /// Lets all clients of an organization use the pair that a ``Login`` has kept.
    /// - Throws: as ``tokenStatus(of:)``.
    package func reloadTokens(of organization: OrganizationName) async throws(ProviderError) {
        try await links[organization]?.tokens.reload()
    }

    /// What is left of an organization's quota of requests, as far as this process uses it.
    /// - Returns: `nil` if this process has not needed the provider yet.
    package func allowance(of organization: OrganizationName) -> RequestAllowance? {
        links[organization]?.limiter.allowance
    }

    /// Ends everything in progress and closes the connections. The next request starts again.
    package func shutDown() async {
        let engine = started
        started = nil
        links = [:]
        legacy = [:]
        await engine?.shutDown()
    }

    private func link(_ settings: ProviderSettings, over exchange: any HTTPExchange) -> ProviderLink {
        let counted = requests[settings.organization] ?? ProviderRequests()
        requests[settings.organization] = counted
        return ProviderLink(
            settings,
            exchange: exchange,
            requests: counted,
            stopwatch: stopwatch,
            now: now,
            logger: logger
        )
    }
}
