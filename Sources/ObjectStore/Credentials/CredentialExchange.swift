import Foundation
import Transfer

/// Requests to services that give temporary credentials, each retried if that may help.
struct CredentialExchange: Sendable {
    var exchange: any HTTPExchange
    var retry = RetryPolicy(attempts: 3, maximumDelay: .seconds(2), longestRetryAfter: .seconds(10))
    /// Metadata services are on the same machine, or next to it.
    var timeout = Duration.seconds(5)

    private static let longestAnswer = 1 << 20

    /// - Parameter name: what is asked, for messages.
    /// - Returns: the body of an answer of status 200.
    func body(
        of method: HTTPRequest.Method,
        _ url: URL,
        fields: HTTPHeaders = [:],
        form: String? = nil,
        usesProxies: Bool = false,
        from name: String
    ) async throws(ObjectStoreError) -> Data {
        var request = HTTPRequest(
            method,
            url,
            headers: fields,
            body: form.map { Data($0.utf8) },
            totalTimeout: timeout,
            maximumResponseBytes: Self.longestAnswer
        )
        request.usesProxies = usesProxies
        var attempt = 0
        while true {
            attempt += 1
            let (failure, retryAfter): (ObjectStoreError, Duration?)
            switch await Self.result(of: request, by: exchange) {
            case .success(let response) where response.status == 200: return response.body
            case .success(let response):
                let code = ObjectStoreRefusal(response).code.map { " \($0)" } ?? ""
                let isPassing = RetryPolicy.isPassing(status: response.status)
                let message = "\(name) gives no credentials: it answered \(response.status)\(code)"
                failure = ObjectStoreError(isPassing ? .unreachable : .credentials, message, status: response.status)
                guard isPassing else { throw failure }
                retryAfter = response.headers.retryAfter(now: Date())
            case .failure(let error):
                failure = ObjectStoreError(.unreachable, "\(name) gives no credentials: \(error.message)")
                guard error.isTransient else { throw failure }
                retryAfter = nil
            }
            guard let delay = retry.delay(afterAttempt: attempt, retryAfter: retryAfter) else { throw failure }
            do { try await Task.sleep(for: delay) } catch { throw failure }
        }
    }

    private static func result(
        of request: HTTPRequest,
        by exchange: any HTTPExchange
    ) async -> Result<HTTPResponse, TransferError> {
        do throws(TransferError) {
            return .success(try await exchange.perform(request))
        } catch {
            return .failure(error)
        }
    }
}
