import Foundation
import Logging
import Recordings
import Transfer

/// Carries out the legacy calls of one organization: signed, paced, and retried if that makes sense.
///
/// Separate from ``ProviderExchange``, because it has no token to renew, another host, and other advice.
final class LegacyExchange: Sendable {
    private let settings: LegacySettings
    private let signature: LegacySignature
    private let exchange: any HTTPExchange
    private let limiter: RequestLimiter
    private let retry: RetryPolicy
    private let stopwatch: Stopwatch
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    /// The wait after a 429 that does not say how long.
    private static let defaultPause = Duration.seconds(60)
    /// A query over days may take the host a while.
    private static let totalTimeout = Duration.seconds(300)

    init(
        _ settings: LegacySettings,
        exchange: any HTTPExchange,
        retry: RetryPolicy,
        stopwatch: Stopwatch,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.settings = settings
        signature = LegacySignature(settings)
        self.exchange = exchange
        limiter = RequestLimiter(requestsPerMinute: settings.requestsPerMinute, stopwatch: stopwatch)
        self.retry = retry
        self.stopwatch = stopwatch
        self.now = now
        self.logger = logger
    }

    /// Repeats a request until it succeeds or repeating makes no sense.
    /// - Parameter advice: what a person can do if the provider has refused with this status.
    func answer(
        to call: LegacyCall,
        advice: (_ status: Int) -> String
    ) async throws(ProviderError) -> HTTPResponse {
        var attempt = 1
        while true {
            try await limiter.admit()
            do throws(FailedExchange) {
                return try await answerOnce(to: call)
            } catch {
                var failure = error
                if let status = failure.error.status { advise(&failure, advice(status)) }
                try await pause(after: failure, attempt: attempt, calling: call)
                attempt += 1
            }
        }
    }

    private func answerOnce(to call: LegacyCall) async throws(FailedExchange) -> HTTPResponse {
        let request: HTTPRequest
        do throws(ProviderError) {
            request = try self.request(call)
        } catch {
            throw FailedExchange(error)
        }
        let response: HTTPResponse
        do throws(TransferError) {
            response = try await exchange.perform(request)
        } catch {
            var failure = FailedExchange(error, calling: call.name)
            if !failure.error.advice.isEmpty { failure.error.advice = "check the network and legacy.base_url" }
            throw failure
        }
        guard (200..<300).contains(response.status) else {
            let secrets = [signature.authorization, signature.signature, settings.apiKey]
            throw FailedExchange(response, calling: call.name, hiding: secrets, now: now())
        }
        return response
    }

    private func request(_ call: LegacyCall) throws(ProviderError) -> HTTPRequest {
        let url = try APICall.url(settings.baseURL, call.path, query: call.query)
        let headers: HTTPHeaders = [
            "Authorization": signature.authorization.value, "From": settings.user, "Accept": call.accept,
            "Accept-Encoding": "gzip", "TrackingId": "CALLARK_\(UUID().uuidString.lowercased())",
        ]
        return HTTPRequest(.get, url, headers: headers, totalTimeout: Self.totalTimeout)
    }

    /// Replaces advice about tokens with advice for this interface. Only the text of the answer distinguishes a wrong
    /// key from a wrong tenant; the status does not (wxcc-api 13.6).
    private func advise(_ failure: inout FailedExchange, _ advice: String) {
        guard !failure.isRetryable else { return }
        guard failure.error.code == .authorization else {
            failure.error.advice = advice
            return
        }
        let words = failure.error.message.lowercased()
        let key = "the signature is made of legacy.user and legacy.api_key: check that the key is that user's"
        let tenant =
            if let id = settings.tenantID {
                "check that legacy.tenant_id, \(id), is the user's tenant (the tId of an Analyzer report's URL)"
            } else {
                "no tenant is named: configure legacy.tenant_id (the tId of an Analyzer report's URL)"
            }
        failure.error.advice =
            if words.contains("tenant") {
                tenant
            } else if ["signature", "api key", "apikey", "hmac", "credential"].contains(where: words.contains) {
                key
            } else {
                "the provider does not say what is wrong: \(key); \(tenant)"
            }
    }

    /// Waits as long as the failure and the policy require.
    /// - Throws: the failure if it is final.
    private func pause(
        after failure: FailedExchange,
        attempt: Int,
        calling call: LegacyCall
    ) async throws(ProviderError) {
        if failure.error.code == .throttled {
            let pause = min(failure.retryAfter ?? Self.defaultPause, retry.longestRetryAfter)
            limiter.pause(for: max(pause, .seconds(1)))
        }
        guard failure.isRetryable, let delay = retry.delay(afterAttempt: attempt, retryAfter: failure.retryAfter) else {
            throw failure.error
        }
        logger.info(
            "a call of the legacy records failed and is tried again",
            metadata: [
                "wxcc.organization": "\(settings.organization)", "wxcc.call": "\(call.name)",
                "wxcc.attempt": "\(attempt)", "wxcc.error": "\(failure.error.code.rawValue)",
                "wxcc.status": "\(failure.error.status ?? 0)",
            ]
        )
        if failure.error.code != .throttled { try await stopwatch.sleep(for: delay) }
    }
}

/// One call of the legacy interface; all of them only read.
struct LegacyCall: Sendable {
    /// Below the base, percent-encoded: `csrs/…`.
    var path: String
    var query: [(name: String, value: String)] = []
    var accept = "application/json"

    /// For messages: without the query, which is long.
    var name: String { "GET \(path)" }
}
