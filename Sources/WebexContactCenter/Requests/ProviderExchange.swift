import Foundation
import Logging
import Recordings
import Transfer

/// Carries out the API calls of one organization: paced, with a token that is renewed when necessary, and retried if
/// that makes sense.
final class ProviderExchange: Sendable {
    private let settings: ProviderSettings
    private let link: ProviderLink
    /// The client's share of the quota, or all of it.
    private let limiter: RequestLimiter
    private let retry: RetryPolicy
    private let onPause: @Sendable (ProviderPause) -> Void

    /// The wait after a 429 that does not say how long (wxcc-api 4.4).
    private static let defaultPause = Duration.seconds(60)

    init(
        _ settings: ProviderSettings,
        link: ProviderLink,
        retry: RetryPolicy,
        onPause: @escaping @Sendable (ProviderPause) -> Void = { _ in }
    ) {
        self.settings = settings
        self.link = link
        limiter =
            settings.requestShare.map {
                RequestLimiter(requestsPerMinute: $0, stopwatch: link.stopwatch, of: link.limiter)
            } ?? link.limiter
        self.retry = retry
        self.onPause = onPause
    }

    private var tokens: AccessTokens { link.tokens }
    private var stopwatch: Stopwatch { link.stopwatch }
    private var logger: Logger { link.logger }
    func now() -> Timestamp { link.now() }

    /// How far the provider's clock is ahead of ours; `nil` before its first answer.
    var clockOffset: Duration? { link.clock.offset }

    /// Sends `call` until it is answered or retrying makes no sense.
    /// - Parameters:
    ///   - attempts: fewer than the policy's, for a caller that will then ask in another way.
    ///   - decode: reads the answer, with the provider's name for it. If it throws `malformed`, the call is retried
    ///     like a failure. What is not valid JSON is reported.
    func answer<Answer>(
        to call: APICall,
        attempts: Int? = nil,
        decode: (JSONValue, _ trackingID: String?) throws(ProviderError) -> Answer
    ) async throws(ProviderError) -> Answer {
        try await answer(to: call, attempts: attempts) { reading, trackingID throws(ProviderError) in
            let answer = try decode(reading.value, trackingID)
            if let oddities = reading.summary { warn("the answer is not quite JSON: \(oddities)", in: call) }
            return answer
        }
    }

    /// The same, including what is not valid JSON, for a reader that reports it itself.
    func answer<Answer>(
        to call: APICall,
        attempts: Int? = nil,
        read: (JSONReading, _ trackingID: String?) throws(ProviderError) -> Answer
    ) async throws(ProviderError) -> Answer {
        var policy = retry
        if let attempts { policy.attempts = min(attempts, policy.attempts) }
        var attempt = 1
        var renewals = 0
        while true {
            try await admit()
            let token = try await tokens.current(retrying: retry)
            do throws(FailedExchange) {
                return try await answerOnce(to: call, token: token, read: read)
            } catch {
                if error.concernsToken, await mayRenew(token, renewals: renewals, policy) {
                    renewals += 1
                    try await tokens.renew(after: token, error.error, retrying: retry)
                    continue
                }
                // A new token that expired on the way was not refused for itself.
                if error.concernsToken, attempt < policy.attempts, try await tokens.current(retrying: retry) != token {
                    attempt += 1
                    continue
                }
                try await pause(after: error, attempt: attempt, policy: policy, calling: call)
                attempt += 1
            }
        }
    }

    /// Waits for the call's turn.
    private func admit() async throws(ProviderError) {
        let began = stopwatch.elapsed()
        try await limiter.admit()
        link.requests.notePaced(stopwatch.elapsed() - began)
    }

    /// Sends a `call` that must not be carried out twice. After a failure that may have carried it out, `done` checks,
    /// and the call is sent again only if it was not carried out.
    /// - Parameter done: the result of the call, if it exists. It is also asked if a later attempt is refused, which
    ///   happens if the first one did have its effect.
    func carryOut<Answer>(
        _ call: APICall,
        decode: (JSONValue, _ trackingID: String?) throws(ProviderError) -> Answer,
        done: () async throws(ProviderError) -> Answer?
    ) async throws(ProviderError) -> Answer {
        var call = call
        call.isRepeatable = false
        var attempt = 1
        while true {
            do throws(ProviderError) {
                return try await answer(to: call, decode: decode)
            } catch {
                let isOpen = error.code == .unavailable || error.code == .malformed
                guard isOpen || attempt > 1 && error.code == .rejected else { throw error }
                if let answer = try await lookBack(after: error, done) { return answer }
                guard isOpen, let delay = retry.delay(afterAttempt: attempt, retryAfter: nil) else { throw error }
                logger.notice(
                    "a change that may have been made has not been, and is sent again",
                    metadata: [
                        "wxcc.organization": "\(settings.organization)", "wxcc.call": "\(call.name)",
                        "wxcc.attempt": "\(attempt)", "wxcc.error": "\(error.code.rawValue)",
                    ]
                )
                try await stopwatch.sleep(for: delay)
                attempt += 1
            }
        }
    }

    /// - Throws: `failure`, saying what is uncertain, if that cannot be found out.
    private func lookBack<Answer>(
        after failure: ProviderError,
        _ done: () async throws(ProviderError) -> Answer?
    ) async throws(ProviderError) -> Answer? {
        do throws(ProviderError) {
            return try await done()
        } catch {
            if error.code == .cancelled { throw error }
            var failure = failure
            failure.advice = "it may have been done all the same, which cannot be seen now: look before trying again"
            throw failure
        }
    }

    /// A refused token is renewed once: if the new one is refused too, age is not the reason, unless it had expired
    /// when the refusal came, as with tokens that last seconds.
    private func mayRenew(_ token: Secret, renewals: Int, _ policy: RetryPolicy) async -> Bool {
        if renewals == 0 { return true }
        guard renewals < policy.attempts else { return false }
        return await tokens.isOver(token)
    }

    /// Waits as long as the failure and the policy require.
    /// - Throws: the failure if it is final, or if the call may have been carried out and must not be repeated.
    private func pause(
        after failure: FailedExchange,
        attempt: Int,
        policy: RetryPolicy,
        calling call: APICall
    ) async throws(ProviderError) {
        var pause: Duration?
        if failure.error.code == .throttled {
            let asked = max(min(failure.retryAfter ?? Self.defaultPause, policy.longestRetryAfter), .seconds(1))
            limiter.pause(for: asked)
            pause = asked
        }
        guard failure.isRetryable, call.isRepeatable || failure.wasNotCarriedOut,
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
        onPause(
            ProviderPause(
                call: call.name,
                code: failure.error.code,
                duration: pause ?? delay,
                attempt: attempt + 1,
                attempts: policy.attempts
            )
        )
        // After a 429 the limiter holds back everyone, including this call.
        guard failure.error.code != .throttled else { return }
        link.requests.noteRetried(delay)
        try await stopwatch.sleep(for: delay)
    }

    private func answerOnce<Answer>(
        to call: APICall,
        token: Secret,
        read: (JSONReading, _ trackingID: String?) throws(ProviderError) -> Answer
    ) async throws(FailedExchange) -> Answer {
        let response = try await send(call, token: token)
        guard (200..<300).contains(response.status) else {
            throw FailedExchange(response, calling: call.name, scope: call.scope, hiding: [token], now: now())
        }
        let reading = try response.json(calling: call.name)
        do throws(ProviderError) {
            try requireOwnOrganization(reading.value["meta"]?["orgId"]?.text, in: call.name)
            return try read(reading, response.trackingID)
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
            let response = try await link.exchange.perform(request)
            noteClock(of: response, asked: asked)
            return response
        } catch {
            throw FailedExchange(error, calling: call.name)
        }
    }

    /// Reports something in an answer that a person should know and that stops nothing.
    func warn(_ message: String, in call: APICall) {
        logger.warning(
            "\(call.name): \(message)",
            metadata: ["wxcc.organization": "\(settings.organization)"]
        )
    }

    private func noteClock(of response: HTTPResponse, asked: Timestamp) {
        guard let date = response.headers.date,
            let offset = link.clock.note(Timestamp(date), between: asked, and: now())
        else { return }
        let seconds = Int(offset.seconds.magnitude)
        let direction = offset < .zero ? "ahead of" : "behind"
        logger.warning(
            "this machine's clock is \(seconds) s \(direction) the provider's: set it, for example with NTP",
            metadata: ["wxcc.organization": "\(settings.organization)"]
        )
    }

    /// Another tenant's answer must never be taken for this organization's.
    /// - Parameter answered: the organization in an answer, or in an object of it.
    func requireOwnOrganization(_ answered: String?, in name: String) throws(ProviderError) {
        guard let answered, settings.organizationID.isContradicted(by: answered) else { return }
        throw ProviderError(
            .wrongOrganization,
            "\(name): the answer is of organization \(answered.prefix(64)), not of \(settings.organizationID)",
            advice: "check org_id, and with whose account the token was made"
        )
    }
}
