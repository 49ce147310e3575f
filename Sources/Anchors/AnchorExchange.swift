import Foundation
import Transfer

/// HTTP requests to anchors, each retried if that may help.
struct AnchorExchange: Sendable {
    var exchange: any HTTPExchange
    var patience: AnchorPatience

    /// No honest answer is longer: a time stamp with all its certificates has some ten kilobytes.
    private static let longestAnswer = 1 << 20

    /// Sends `body` to `url`.
    /// - Returns: the answer, whatever its status, unless that is transient.
    /// - Throws: ``AnchorError`` with code `unavailable`; `refused` if the request cannot be made at all.
    func post(_ body: [UInt8], to url: URL, type: String) async throws(AnchorError) -> HTTPResponse {
        let request = HTTPRequest(
            .post,
            url,
            headers: ["Content-Type": type],
            body: Data(body),
            totalTimeout: patience.request,
            maximumResponseBytes: Self.longestAnswer
        )
        var attempt = 0
        while true {
            attempt += 1
            var (failure, retryAfter): (AnchorError, Duration?)
            do throws(TransferError) {
                let response = try await exchange.perform(request)
                guard RetryPolicy.isPassing(status: response.status) else { return response }
                failure = AnchorError(.unavailable, "\(url.host() ?? "it") answered with status \(response.status)")
                retryAfter = response.headers.retryAfter(now: Date())
            } catch {
                guard error.isTransient else { throw AnchorError(.refused, error.message) }
                (failure, retryAfter) = (AnchorError(.unavailable, error.message), nil)
            }
            guard let delay = patience.retry.delay(afterAttempt: attempt, retryAfter: retryAfter) else { throw failure }
            do {
                try await Task.sleep(for: delay)
            } catch {
                throw failure
            }
        }
    }
}
