import Foundation
import Logging
import Recordings
import Transfer

/// Carries the API calls of one organization out: paced, with a token that is renewed when it has to be, and tried
/// again as far as trying again makes sense.
final class ProviderExchange: Sendable {
    private let settings: ProviderSettings
    private let exchange: any HTTPExchange
    private let tokens: AccessTokens
    private let limiter: RequestLimiter
    private let retry: RetryPolicy
    private let stopwatch: Stopwatch
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let providerClock = ProviderClock()

    /// The wait after a 429 that does not say how long (wxcc-api 4.4).
    private static let defaultPause = Duration.seconds(60)

    init(
        _ settings: ProviderSettings,
        exchange: any HTTPExchange,
        tokens: AccessTokens,
        limiter: RequestLimiter,
        retry: RetryPolicy,
        stopwatch: Stopwatch,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.settings = settings
        self.exchange = exchange
        self.tokens = tokens
        self.limiter = limiter
        self.retry = retry
        self.stopwatch = stopwatch
        self.now = now
        self.logger = logger
    }

    /// How far the provider's clock is ahead of ours; `nil` before its first answer.
    var clockOffset: Duration? { providerClock.offset }

    /// Sends `call` until it is answered or there is no sense in trying further.
    /// - Parameters:
    ///   - attempts: fewer than the policy's, for a caller that will ask in another way.
    ///   - decode: reads the answer, with the provider's name for it; what it throws as `malformed` is tried again like
    ///     a failure.
    func answer<Answer>(
        to call: APICall,
        attempts: Int? = nil,
        decode: (JSONValue, _ trackingID: String?) throws(ProviderError) -> Answer
    ) async throws(ProviderError) -> Answer {
        var policy = retry
        if let attempts { policy.attempts = min(attempts, policy.attempts) }
        var attempt = 1
        var renewals = 0
        while true {
            try await limiter.admit()
            let token = try await tokens.current()
            do throws(FailedExchange) {
                return try await answerOnce(to: call, token: token, decode: decode)
            } catch {
                if error.concernsToken, await mayRenew(token, renewals: renewals, policy) {
                    renewals += 1
                    try await tokens.renew(after: token, error.error)
                    continue
                }
                // A new token that came to its end on the way was not refused for what it is.
                if error.concernsToken, attempt < policy.attempts, try await tokens.current() != token {
                    attempt += 1
                    continue
                }
                try await pause(after: error, attempt: attempt, policy: policy, calling: call)
                attempt += 1
            }
        }
    }

    /// A token that is refused is renewed once: a new one that is refused too is no matter of age. Unless its time was
    /// over when the refusal came, as with tokens that last seconds.
    private func mayRenew(_ token: Secret, renewals: Int, _ policy: RetryPolicy) async -> Bool {
        if renewals == 0 { return true }
        guard renewals < policy.attempts else { return false }
        return await tokens.isOver(token)
    }

    /// Waits as the failure and the policy want it.
    /// - Throws: the failure where it is final.
    private func pause(
        after failure: FailedExchange,
        attempt: Int,
        policy: RetryPolicy,
        calling call: APICall
    ) async throws(ProviderError) {
        if failure.error.code == .throttled {
            let pause = min(failure.retryAfter ?? Self.defaultPause, policy.longestRetryAfter)
            limiter.pause(for: max(pause, .seconds(1)))
        }
        guard failure.isRetryable,
            let delay = policy.delay(afterAttempt: attempt, retryAfter: failure.retryAfter)
        else { throw failure.error }
        logger.info(
            "a call of the provider failed and is tried again",
            metadata: [
                "wxcc.organization": "\(settings.organization)", "wxcc.call": "\(call.name)",
                "wxcc.attempt": "\(attempt)", "wxcc.error": "\(failure.error.code.rawValue)",
                "wxcc.status": "\(failure.error.status ?? 0)", "wxcc.tracking_id": "\(failure.error.trackingID ?? "")",
            ]
        )
        // After a 429 the limiter holds everybody back, this call included.
        if failure.error.code != .throttled { try await stopwatch.sleep(for: delay) }
    }

    private func answerOnce<Answer>(
        to call: APICall,
        token: Secret,
        decode: (JSONValue, _ trackingID: String?) throws(ProviderError) -> Answer
    ) async throws(FailedExchange) -> Answer {
        let response = try await send(call, token: token)
        guard (200..<300).contains(response.status) else {
            throw FailedExchange(response, calling: call.name, hiding: [token], now: now())
        }
        let json = try response.json(calling: call.name)
        do throws(ProviderError) {
            try requireOwnOrganization(json["meta"]?["orgId"]?.text, in: call)
            return try decode(json, response.trackingID)
        } catch {
            guard error.code == .malformed else { throw FailedExchange(error) }
            throw FailedExchange(malformed: error.message, in: response, calling: call.name)
        }
    }

    private func send(_ call: APICall, token: Secret) async throws(FailedExchange) -> HTTPResponse {
        let request: HTTPRequest
        do throws(ProviderError) {
            try settings.dialect.require(call)
            let trackingID = "CALLARK_\(UUID().uuidString.lowercased())"
            request = try call.request(apiBaseURL: settings.apiBaseURL, token: token, trackingID: trackingID)
        } catch {
            throw FailedExchange(error)
        }
        do throws(TransferError) {
            let asked = now()
            let response = try await exchange.perform(request)
            noteClock(of: response, asked: asked)
            return response
        } catch {
            throw FailedExchange(error, calling: call.name)
        }
    }

    private func noteClock(of response: HTTPResponse, asked: Timestamp) {
        guard let date = response.headers.date,
            let offset = providerClock.note(Timestamp(date), between: asked, and: now())
        else { return }
        let seconds = Int(offset.seconds.magnitude)
        let direction = offset < .zero ? "ahead of" : "behind"
        logger.warning(
            "this machine's clock is \(seconds) s \(direction) the provider's: set it, for example with NTP",
            metadata: ["wxcc.organization": "\(settings.organization)"]
        )
    }

    /// Another tenant's answer must never come into this organization's archive.
    private func requireOwnOrganization(_ answered: String?, in call: APICall) throws(ProviderError) {
        guard let answered, settings.organizationID.isContradicted(by: answered) else { return }
        throw ProviderError(
            .wrongOrganization,
            "\(call.name): the answer is of organization \(answered.prefix(64)), not of \(settings.organizationID)",
            advice: "check org_id, and with whose account the token was made"
        )
    }
}
