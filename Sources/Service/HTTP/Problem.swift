import HTTPTypes

/// Why a request was refused or failed (RFC 9457).
package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The HTTP status.
    package let status: HTTPResponse.Status
    /// The code that programs compare: `reason_required`.
    package let code: String
    /// What is wrong and what to do, in one line; never a secret.
    package let detail: String
    /// Additional headers, such as `WWW-Authenticate` and `Retry-After`.
    var headers = HTTPFields()
    /// Whether to close the connection after the answer, because the rest of the request is not read.
    var endsConnection = false

    init(
        _ status: HTTPResponse.Status,
        _ code: String,
        _ detail: String,
        headers: HTTPFields = HTTPFields(),
        endsConnection: Bool = false
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers
        self.endsConnection = endsConnection
    }

    package var description: String { detail }

    /// The media type of a problem.
    static let mediaType = "application/problem+json"

    /// The body of the answer.
    var body: [UInt8] {
        let object = Body(type: code, title: status.reasonPhrase, status: status.code, detail: detail)
        return (try? JSONBody.bytes(object)) ?? []
    }

    private struct Body: Encodable {
        var type: String
        var title: String
        var status: Int
        var detail: String
    }
}

extension Problem {
    /// A 404: the thing does not exist, or the caller may not know that it does.
    static func notFound(_ detail: String, code: String = "not_found") -> Problem {
        Problem(.notFound, code, detail)
    }

    /// A 401: a token of the identity provider is not acceptable.
    static func tokenRefused(_ detail: String, code: String = "token_refused") -> Problem {
        let challenge = #"Bearer realm="callark", error="invalid_token""#
        return Problem(.unauthorized, code, "the token is refused: \(detail)", headers: [.wwwAuthenticate: challenge])
    }

    /// A 403: a login was not accepted.
    static func loginRefused(_ detail: String) -> Problem { Problem(.forbidden, "login_refused", detail) }

    /// A 502: the identity provider could not be asked, or gave no answer that can be used.
    static func identityProvider(_ detail: String) -> Problem { Problem(.badGateway, "identity_provider", detail) }

    /// A 500: an error that only a change to Callark can fix. The service's log has the details.
    static var bug: Problem {
        Problem(.internalServerError, "bug", "a bug in Callark; its log says what happened")
    }

    /// A 503: the request may succeed later.
    static func busy(_ detail: String, code: String = "busy", retryAfter seconds: Int) -> Problem {
        Problem(.serviceUnavailable, code, detail, headers: [.retryAfter: String(seconds)])
    }
}

extension HTTPField.Name {
    static let retryAfter = known("Retry-After")
    /// The Host of a request that has another one.
    static let furtherHost = known("Host")
    static let xForwardedFor = known("X-Forwarded-For")
    static let callarkReason = known("Callark-Reason")
    static let reprDigest = known("Repr-Digest")
    static let secFetchSite = known("Sec-Fetch-Site")
    static let callarkFormToken = known("Callark-Form-Token")
    static let referrerPolicy = known("Referrer-Policy")
    static let crossOriginResourcePolicy = known("Cross-Origin-Resource-Policy")

    /// A header's name that is known to be valid.
    static func known(_ name: StaticString) -> HTTPField.Name {
        guard let known = HTTPField.Name("\(name)") else { preconditionFailure("\(name) is not a header's name") }
        return known
    }
}
