import Foundation
import Recordings
import Transfer

/// One failed exchange, and whether it can be retried.
struct FailedExchange: Error, Sendable {
    var error: ProviderError
    /// The pause that the provider asks for.
    var retryAfter: Duration?
    /// Whether the same request may be sent again after a pause.
    var isRetryable: Bool { error.isTransient }
    /// Whether another access token could change the answer.
    var concernsToken = false
    /// Whether the provider certainly did nothing: it refused, or the request never arrived.
    var wasNotCarriedOut = false

    /// No answer arrived.
    init(_ error: TransferError, calling name: String) {
        let message = "\(name): \(error.message)"
        wasNotCarriedOut = [.unresolved, .unreachable].contains(error.code)
        switch error.code {
        case .cancelled:
            self.error = .cancelled
        case .unresolved, .unreachable, .timedOut, .stalled, .tooSlow, .cutShort, .other:
            self.error = ProviderError(.unavailable, message, advice: "check the network and the base URLs")
        case .untrusted:
            self.error = ProviderError(.untrusted, message, advice: "check the certificates this machine trusts")
        case .tooLong:
            self.error = ProviderError(.tooLarge, message, advice: "ask for less at once, or check the base URLs")
        case .refused, .unreadable, .unwanted:
            self.error = ProviderError(.rejected, message, advice: "check the base URLs")
        }
    }

    /// An answer arrived whose status is not a success (wxcc-api 4.3).
    /// - Parameters:
    ///   - text: the provider's message, if it is not in one of the usual places.
    ///   - scope: the scope that the call needs.
    init(
        _ response: HTTPResponse,
        calling name: String,
        saying text: String? = nil,
        scope: String = "cjp:config_read",
        hiding secrets: [Secret],
        now: Timestamp
    ) {
        let body = ErrorBody(response.body)
        let words = (text ?? body.text).map { ": " + Self.hide(secrets, in: $0) } ?? ""
        let code = Self.code(of: response.status)
        error = ProviderError(
            code,
            "\(name): status \(response.status)\(words)",
            advice: Self.advice(on: response.status, scope: scope),
            status: response.status,
            trackingID: response.trackingID ?? body.trackingID
        )
        retryAfter = response.headers.retryAfter(now: now.date)
        wasNotCarriedOut = code != .unavailable
        if isRetryable, let retryAfter {
            error.advice = "the provider asks to be left alone for \(Int(retryAfter.seconds)) s"
        }
        concernsToken = response.status == 401 || response.status == 400 && body.speaksOfAuthorization
        if concernsToken {
            error.code = .authorization
            error.advice = Self.advice(on: 401, scope: scope)
        }
    }

    /// A success with a wrong body; a gateway may have cut it.
    init(malformed reason: String, in response: HTTPResponse, calling name: String) {
        error = ProviderError(
            .malformed,
            "\(name): status \(response.status) with an unreadable answer: \(reason)",
            advice: "check the base URLs, and that no proxy answers in the provider's place",
            status: response.status,
            trackingID: response.trackingID
        )
    }

    /// A success with a larger answer than is read.
    init(tooLarge reason: String, in response: HTTPResponse, calling name: String) {
        error = ProviderError(
            .tooLarge,
            "\(name): the answer is too large to be read: it has \(reason)",
            advice: "ask for less at once; check that no proxy answers in the provider's place",
            status: response.status,
            trackingID: response.trackingID
        )
    }

    /// A failure that is already classified.
    init(_ error: ProviderError) {
        self.error = error
    }
}

extension FailedExchange {
    private static func code(of status: Int) -> ProviderError.Code {
        switch status {
        case 401, 403: .authorization
        case 429: .throttled
        case _ where RetryPolicy.isPassing(status: status): .unavailable
        default: .rejected
        }
    }

    private static func advice(on status: Int, scope: String) -> String {
        switch status {
        case 401: "authorise Callark again and configure the new token; check region and org_id"
        case 403:
            "the token lacks the scope \(scope) or its owner lacks the role, or org_id or region is not its own"
        case 300..<400: "the provider redirects: check api_base_url and oauth_base_url"
        case 404, 405, 410: "check region, api_base_url and api_dialect"
        case 429: "the quota is used up: run it again later, or lower requests_per_minute"
        case 500...: "run it again later; if it stays, give the tracking id to the provider"
        default: ""
        }
    }

    /// Providers quote what they refuse; a token must not get into a log in this way.
    private static func hide(_ secrets: [Secret], in text: String) -> String {
        secrets.reduce(text) { text, secret in
            secret.value.isEmpty ? text : text.replacingOccurrences(of: secret.value, with: secret.description)
        }
    }
}

extension HTTPResponse {
    /// The provider's name for the exchange (wxcc-api 4.1).
    var trackingID: String? {
        headers["trackingid"].flatMap { $0.isEmpty ? nil : String($0.prefix(128)) }
    }

    /// The JSON of a success, as far as it can be read; null if the answer is declared to be empty.
    func json(calling name: String) throws(FailedExchange) -> JSONReading {
        if status == 204, body.isEmpty { return JSONReading(value: .null) }
        do throws(JSONReader.Fault) {
            return try JSONReader.reading(of: body)
        } catch {
            if error.isTooMuch { throw FailedExchange(tooLarge: error.reason, in: self, calling: name) }
            throw FailedExchange(malformed: error.description, in: self, calling: name)
        }
    }
}
