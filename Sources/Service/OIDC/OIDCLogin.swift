import Foundation
import HTTPTypes
import Logging
import Recordings
import Settings

/// Login with the organization's identity provider (authorization code with PKCE).
struct OIDCLogin: Sendable {
    let authenticator: Authenticator
    /// `nil` if none is configured.
    let provider: IdentityProvider?
    /// The service's address as browsers see it, without a slash at its end.
    let publicURL: String
    let isSecure: Bool
    let logger: Logger
    let now: @Sendable () -> Timestamp
    private let attempts = LoginAttempts()

    init(
        authenticator: Authenticator,
        provider: IdentityProvider?,
        publicURL: String,
        isSecure: Bool,
        logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.authenticator = authenticator
        self.provider = provider
        self.publicURL = publicURL
        self.isSecure = isSecure
        self.logger = logger
        self.now = now
    }

    var routes: [Route] {
        [
            Route(.get, "/session", .open) { _ in try Answer.json(Ways(oidc: provider != nil)) },
            Route(.get, "/oidc/login", .open, parameters: ["to"]) { try await begin($0) },
            Route(.get, "/oidc/callback", .open, parameters: Self.answers) { try await finish($0) },
        ]
    }

    /// What providers send back. What is not used here is ignored.
    private static let answers: Set<String> = [
        "code", "state", "error", "error_description", "error_uri", "iss", "session_state", "scope", "authuser", "hd",
        "prompt", "client_info",
    ]

    private var redirectURI: String { "\(publicURL)/oidc/callback" }
    private var cookieName: String { isSecure ? "__Host-callark-oidc" : "callark-oidc" }

    /// Lax, because the provider's page sends the browser back.
    private var attributes: String { "; Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "") }

    private struct Ways: Encodable {
        let type = "login"
        /// A key always opens a session.
        let key = true
        var oidc: Bool
    }

    private var required: IdentityProvider {
        get throws(Problem) {
            guard let provider else { throw .notFound("no identity provider is configured") }
            return provider
        }
    }

    private func begin(_ inquiry: Inquiry) async throws -> Answer {
        let provider = try required
        let attempt = LoginAttempt(destination: try Self.destination(inquiry.query["to"]), now: now())
        let address: String
        do {
            address = try await provider.loginAddress(attempt, redirectURI: redirectURI)
        } catch {
            throw unreachable(error)
        }
        let seconds = LoginAttempt.patience.components.seconds
        let cookie = "\(cookieName)=\(try attempts.text(attempt)); Max-Age=\(seconds)\(attributes)"
        return Answer(.seeOther, headers: [.location: address, .setCookie: cookie])
    }

    /// A path of the page, so that a login cannot lead to another site.
    private static func destination(_ text: String?) throws(Problem) -> String {
        guard let text else { return "/" }
        let isPath = text.hasPrefix("/") && !text.hasPrefix("//") && text.utf8.count <= 1000
        guard isPath, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            throw Problem(.badRequest, "bad_parameter", "to must be a path such as /?day=2025-11-20")
        }
        return text
    }

    private func finish(_ inquiry: Inquiry) async throws -> Answer {
        let provider = try required
        let cookies = SessionCookie.values(of: cookieName, in: inquiry.headers)
        guard cookies.count == 1, let attempt = attempts.attempt(cookies[0]), !attempt.isOver(at: now()) else {
            throw Problem(
                .badRequest,
                "login_expired",
                "this login has expired or began in another browser; begin again"
            )
        }
        guard let state = inquiry.query["state"], KeyDigest(of: state).isEqual(to: KeyDigest(of: attempt.state)) else {
            throw Problem(.badRequest, "login_expired", "this answer belongs to another login; begin again")
        }
        // Without this, one of several providers could give out a code of another (RFC 9207).
        if let issuer = inquiry.query["iss"], issuer != provider.settings.issuer {
            throw Problem(.badRequest, "login_refused", "this answer is of another identity provider")
        }
        guard let code = inquiry.query["code"], inquiry.query["error"] == nil else {
            throw Problem(.forbidden, "login_refused", "the identity provider refused the login")
        }
        let person: Person
        do {
            person = try await provider.person(code: code, attempt, redirectURI: redirectURI)
        } catch let problem as Problem {
            logger.warning(
                "a login was refused",
                metadata: ["reason": "\(problem.detail)", "address": "\(inquiry.address)"]
            )
            throw problem
        } catch {
            throw unreachable(error)
        }
        let admission = try await authenticator.begin(.person(person), for: inquiry.headers, from: inquiry.address)
        var headers: HTTPFields = [.location: attempt.destination]
        headers.append(HTTPField(name: .setCookie, value: "\(cookieName)=; Max-Age=0\(attributes)"))
        if let cookie = admission.setCookie { headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return Answer(.seeOther, headers: headers)
    }

    private func unreachable(_ error: any Error) -> any Error {
        guard !(error is Problem), !(error is CancellationError) else { return error }
        logger.warning("the identity provider could not be asked", metadata: ["error": "\(error)"])
        return Problem.identityProvider("the identity provider could not be asked; the log says why")
    }
}
