import Recordings

/// Why a request to the provider failed, classified by what can be done about it.
package struct ProviderError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The code to compare.
    package var code: Code
    /// What happened: one line, free of tokens, secrets and signed queries.
    package var message: String
    /// What a person can do about it; empty if only waiting helps.
    package var advice: String
    /// The status of the last answer, if there was one.
    package var status: Int?
    /// The provider's name for the failed exchange, for a support case.
    package var trackingID: String?

    /// The classes of failure, each with one way to proceed.
    package enum Code: String, Sendable, CaseIterable {
        /// The token is refused and cannot be refreshed, or a scope or role is missing: a person has to consent again.
        case authorization
        /// The token, or an answer, belongs to another organization than the configured one.
        case wrongOrganization = "wrong_organization"
        /// The answer has more bytes or more values than are read: ask for less.
        case tooLarge = "too_large"
        /// The provider understood and refused: the same request would be refused again.
        case rejected
        /// The quota was still exhausted after all attempts.
        case throttled
        /// The provider could not be reached, or failed, after all attempts.
        case unavailable
        /// The connection to the provider cannot be trusted: its certificate does not verify.
        case untrusted
        /// The answer is not as the interface promises, after all attempts.
        case malformed
        /// The file that keeps the newest tokens cannot be read or written.
        case tokenStore = "token_store"
        /// The platform that `api_dialect` names has no such call.
        case notOffered = "not_offered"
        /// The port for the provider's redirect is not available.
        case redirectPort = "redirect_port"
        /// The task that asked was cancelled.
        case cancelled
    }

    /// States a failure.
    package init(
        _ code: Code,
        _ message: String,
        advice: String = "",
        status: Int? = nil,
        trackingID: String? = nil
    ) {
        self.code = code
        self.message = message
        self.advice = advice
        self.status = status
        self.trackingID = trackingID
    }

    /// The message, the tracking ID and the advice on one line.
    package var description: String {
        let tracking = trackingID.map { " (tracking id \($0))" } ?? ""
        return message + tracking + (advice.isEmpty ? "" : "; " + advice)
    }

    /// Whether the same request can succeed later without anyone changing anything: the one place that decides it.
    package var isTransient: Bool {
        switch code {
        case .throttled, .unavailable, .malformed: true
        case .authorization, .wrongOrganization, .tooLarge, .rejected, .untrusted, .tokenStore, .notOffered,
            .redirectPort,
            .cancelled:
            false
        }
    }

    /// Whether a smaller request may be answered: the provider says so (413, 422), or its answer is too large to read.
    var asksForLess: Bool { code == .tooLarge || status == 413 || status == 422 }

    static var cancelled: Self { Self(.cancelled, "the request was cancelled") }
}
