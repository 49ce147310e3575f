import Foundation
import HTTPTypes
import Logging
import Recordings
import Settings
import Transfer
import WebPage
import WebexContactCenter
import Wiring

/// Connects an organization: an administrator of the contact center logs in at the provider and consents, and the code that
/// the provider sends back is exchanged for tokens ("Login with Webex" of the lab guides).
struct ProviderLogin: Sendable {
    let installation: Installation
    let site: WebSite
    /// Whether browsers reach the service by TLS.
    let isSecure: Bool
    private let logins = PendingLogins()

    init(installation: Installation, site: WebSite, isSecure: Bool) {
        self.installation = installation
        self.site = site
        self.isSecure = isSecure
    }

    /// Where the provider sends the browser back.
    static let callback = "/oauth/webex/callback"

    var routes: [Route] {
        let path = "/api/v1/organizations/{organization}/authorization"
        return [
            Route(.get, path, .permission(.administer)) { try await state($0) },
            Route(.post, path, .permission(.administer)) { try await begin($0) },
            Route(.get, Self.callback, .open, parameters: Self.answers) { try await finish($0) },
        ]
    }

    /// What the provider may send back. What is not used here is ignored.
    private static let answers: Set<String> = [
        "code", "state", "error", "error_description", "error_uri", "scope", "iss",
    ]

    private var cookieName: String { isSecure ? "__Host-callark-webex" : "callark-webex" }

    /// Lax, because the provider's page sends the browser back.
    private var attributes: String { "; Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "") }

    private func organization(_ inquiry: Inquiry) throws -> OrganizationSettings {
        let name = try ArchiveView(installation, inquiry).organization(inquiry.value("organization"))
        guard let settings = installation.organization(name) else { throw Problem.bug }
        return settings
    }

    /// The address to which the provider sends the browser back; `nil` if the service has none that a provider accepts.
    private func redirectURI(_ organization: OrganizationSettings) -> String? {
        let own = organization.login.redirectURI
        if URL(string: own)?.path() == Self.callback { return own }
        let address = installation.settings.service.publicURL.map { $0.absoluteString + Self.callback }
        return address.flatMap(LoginSettings.redirectURI)
    }

    /// Why no administrator can log in by this service; `nil` if one can.
    private func obstacle(_ organization: OrganizationSettings) -> String? {
        guard case .refreshing = organization.credentials else {
            return "\(organization.name) has one bearer token (auth.access_token), which a login cannot replace; "
                + "configure auth.client_id and auth.client_secret_file instead"
        }
        guard redirectURI(organization) == nil else { return nil }
        return "the provider needs an address to send the browser back to: configure service.public_url with https"
    }

    // MARK: Before

    private func state(_ inquiry: Inquiry) async throws -> Answer {
        let organization = try organization(inquiry)
        return try Answer.json(
            AuthorizationLine(
                organization: organization.name,
                obstacle: obstacle(organization),
                redirectURI: redirectURI(organization),
                requestedScopes: organization.login.scopes,
                status: try await installation.tokenStatus(of: organization.name) ?? TokenStatus()
            )
        )
    }

    private func begin(_ inquiry: Inquiry) async throws -> Answer {
        let caller = try inquiry.knownCaller
        let organization = try organization(inquiry)
        if let obstacle = obstacle(organization) { throw Problem(.conflict, "not_configured", obstacle) }
        guard let redirectURI = redirectURI(organization), let login = try await login(to: organization) else {
            throw Problem.bug
        }
        let request = try login.request(redirectURI: redirectURI, scopes: organization.login.scopes)
        // A program that asks with a key has no cookies: it hands the address to a browser of its choice.
        let code = caller.session == nil ? nil : RandomCode.make()
        let now = installation.now
        let pending = PendingLogin(
            organization: organization.name,
            request: request,
            requestedBy: caller.name,
            browser: code.map(KeyDigest.init),
            expiresTime: now + PendingLogins.patience
        )
        logins.add(pending, now: now)
        let line = LoginAddressLine(
            organization: organization.name,
            url: request.url.absoluteString,
            redirectURI: redirectURI,
            expiresTime: pending.expiresTime.description
        )
        var answer = try Answer.json(line, status: .created)
        let seconds = PendingLogins.patience.components.seconds
        if let code { answer.headers[.setCookie] = "\(cookieName)=\(code); Max-Age=\(seconds)\(attributes)" }
        return answer
    }

    private func login(to organization: OrganizationSettings) async throws -> WebexContactCenter.Login? {
        WebexContactCenter.Login(
            try installation.provider(organization),
            exchange: try await installation.contactCenters.engine,
            retry: RetryPolicy(attempts: 3)
        )
    }

    // MARK: Afterwards

    private func finish(_ inquiry: Inquiry) async throws -> Answer {
        // A code can be used only once, so nothing but the browser's own visit may use it.
        guard inquiry.method == .get else { return Answer() }
        let isPage = inquiry.headers[.accept]?.lowercased().contains("text/html") == true
        var answer: Answer
        do {
            let line = try await connect(inquiry)
            answer =
                isPage
                ? page(
                    .connected(line.organization.description, until: line.status.refreshExpires, fault: line.fault),
                    inquiry
                ) : try Answer.json(line)
        } catch let problem as Problem where isPage {
            answer = page(.failed(problem.detail), inquiry)
            answer.status = problem.status
        }
        answer.headers[.setCookie] = "\(cookieName)=; Max-Age=0\(attributes)"
        return answer
    }

    private func page(_ outcome: ConnectionOutcome, _ inquiry: Inquiry) -> Answer {
        PageRoutes.answer(
            site.html(
                outcome,
                now: installation.now,
                timeZone: installation.timeZone,
                theme: PageRoutes.theme(inquiry.headers)
            )
        )
    }

    /// Exchanges the code, checks the organization, keeps the tokens, and asks the provider something small with them.
    private func connect(_ inquiry: Inquiry) async throws -> ConnectionLine {
        let pending = try pending(inquiry)
        let code: Secret
        switch pending.request.answer({ inquiry.query[$0] }) {
        case .code(let found): code = found
        case .refused(let words): throw Problem.loginRefused("the provider did not grant access: \(words)")
        case .foreign(let reason): throw Self.expired("this is no answer to the login: \(reason); begin again")
        }
        guard let organization = installation.organization(pending.organization),
            let login = try await login(to: organization)
        else { throw Problem.bug }
        let status: TokenStatus
        do {
            status = try await login.complete(pending.request, code: code)
        } catch {
            installation.logger.warning(
                "an organization was not connected",
                metadata: [
                    "organization": "\(organization.name)", "by": "\(pending.requestedBy)", "reason": "\(error)",
                ]
            )
            throw Self.problem(error)
        }
        try await installation.contactCenters.reloadTokens(of: organization.name)
        installation.logger.notice(
            "an organization was connected",
            metadata: ["organization": "\(organization.name)", "by": "\(pending.requestedBy)"]
        )
        return ConnectionLine(organization: organization.name, status: status, fault: await fault(of: organization))
    }

    /// The login that an answer belongs to. No other answer to it is accepted afterwards.
    private func pending(_ inquiry: Inquiry) throws(Problem) -> PendingLogin {
        guard let state = inquiry.query["state"], let pending = logins.find(state, now: installation.now) else {
            throw Self.expired("this login has expired or is already finished; begin again")
        }
        if let browser = pending.browser {
            let cookies = SessionCookie.values(of: cookieName, in: inquiry.headers)
            guard cookies.count == 1, KeyDigest(of: String(cookies[0])).isEqual(to: browser) else {
                throw Self.expired("this login began in another browser; begin again in this one")
            }
        }
        guard logins.end(state) else { throw Self.expired("this login is already finished; begin again") }
        return pending
    }

    private static func expired(_ detail: String) -> Problem { Problem(.badRequest, "login_expired", detail) }

    /// The problem with what the provider said, which the administrator needs. What concerns files of this machine stays in
    /// the service's log.
    private static func problem(_ error: ProviderError) -> Problem {
        switch error.code {
        case .authorization, .wrongOrganization, .rejected: Problem.loginRefused("\(error)")
        case .tokenStore:
            Problem(.serviceUnavailable, "tokens_not_kept", "the tokens could not be kept; the log says why")
        default: Problem(.badGateway, "provider_\(error.code.rawValue)", "\(error)")
        }
    }

    /// Why the provider does not answer with the new token; `nil` if it does.
    private func fault(of organization: OrganizationSettings) async -> String? {
        do {
            let client = try await installation.contactCenters.client(
                of: try installation.provider(organization),
                retry: RetryPolicy(attempts: 1)
            )
            _ = try await client.probe()
            return nil
        } catch let error as ProviderError {
            return "\(error)"
        } catch {
            installation.logger.warning("a new token could not be tried", metadata: ["error": "\(error)"])
            return "the log says why"
        }
    }
}
