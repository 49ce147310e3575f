import Files
import Foundation
import Recordings
import Settings
import Simulator
import Testing

@testable import Service
@testable import WebexContactCenter
@testable import Wiring

/// Connecting an organization: the way of a browser to the simulated provider and back.
@Suite struct `A login at the provider` {
    private static let settings = #"service: { listen: "127.0.0.1:0", public_url: "https://archive.example" }"#
    private static let redirect = "https://archive.example/oauth/webex/callback"
    private static let path = "/api/v1/organizations/acme/authorization"

    /// A browser that has logged in to the service.
    private struct Browser {
        var cookies: [String]
        var formToken: String

        var headers: [(String, String)] {
            [
                ("Cookie", cookies.joined(separator: "; ")), ("Callark-Form-Token", formToken),
                ("Sec-Fetch-Site", "same-origin"),
            ]
        }
    }

    private func with(_ body: (Office) async throws -> Void) async throws {
        try await Office.with(isArchived: false, settings: Self.settings) { office in
            office.simulator.change { $0.tokens.redirectURIs = [Self.redirect] }
            try await body(office)
        }
    }

    private func browser(_ office: Office, _ role: Role = .admin) async throws -> Browser {
        let key = try await office.key(role)
        let reply = try await office.ask("POST", "/session", body: #"{"key":"\#(key)"}"#)
        let cookie = try #require(reply.headers["set-cookie"]?.split(separator: ";").first)
        let token = try #require(try reply.json["session"]?["form_token"]?.text)
        return Browser(cookies: [String(cookie)], formToken: token)
    }

    /// Opens the provider's page, which consents at once.
    /// - Returns: the path and query at which the provider sends the browser back.
    private func consent(at address: String) async throws -> String {
        let url = try #require(URL(string: address))
        let connection = try Connection(port: try #require(url.port))
        let target = "\(url.path(percentEncoded: true))?\(url.query(percentEncoded: true) ?? "")"
        await connection.send(Array("GET \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8))
        let reply = try #require(Reply(try await connection.receiveAll()))
        let location = try #require(reply.headers["location"], "\(reply.status) \(reply.text)")
        try #require(location.hasPrefix("https://archive.example/"))
        return String(location.dropFirst("https://archive.example".count))
    }

    private func begin(_ office: Office, _ browser: inout Browser) async throws -> String {
        let reply = try await office.ask("POST", Self.path, headers: browser.headers, body: "")
        try #require(reply.status == 201, "\(reply.text)")
        let cookie = try #require(reply.headers["set-cookie"])
        #expect(cookie.hasPrefix("__Host-callark-webex=") && cookie.contains("SameSite=Lax; Secure"))
        browser.cookies.append(String(try #require(cookie.split(separator: ";").first)))
        #expect(try reply.json["redirect_uri"]?.text == Self.redirect)
        return try #require(try reply.json["url"]?.text)
    }

    @Test func `connects an organization, once`() async throws {
        try await with { office in
            var browser = try await browser(office)
            let address = try await begin(office, &browser)
            let back = try await consent(at: address)
            // The provider's page sends the browser back: only cookies that are lax come with it.
            let headers = [("Cookie", browser.cookies[1]), ("Sec-Fetch-Site", "cross-site")]
            let reply = try await office.ask(back, headers: headers)
            #expect(reply.status == 200, "\(reply.text)")
            let line = try reply.json
            #expect(
                line["organization"]?.text == "acme" && line["answers"] == .boolean(true)
                    && line["fault"]?.isNull == true
            )
            #expect(line["token_organization"]?.text == office.simulator.organizationID)
            #expect(reply.headers["set-cookie"]?.contains("Max-Age=0") == true)
            #expect(!reply.text.contains("P0A1"), "a token is given out")
            let state = try await office.ask(Self.path, headers: browser.headers).json
            #expect(state["obtained_time"]?.text != nil && state["needs_login"] == .boolean(false))
            #expect(state["scopes"]?.list.isEmpty == false)
            let again = try await office.ask(back, headers: headers)
            #expect(again.status == 400 && again.problem == "login_expired")
        }
    }

    @Test func `is used by what runs already`() async throws {
        try await with { office in
            let acme = try #require(office.installation.settings.organizations.first)
            let client = try await office.installation.contactCenter(of: acme)
            _ = try await client.probe()
            let before = try await client.tokenStatus().obtained
            // Neither the access token in use nor the refresh token is valid any more.
            office.simulator.revokeAccessTokens()
            office.simulator.revokeRefreshTokens()
            let key = try await office.key(.admin)
            let begun = try await office.ask("POST", Self.path, key: key, body: "")
            #expect(begun.headers["set-cookie"] == nil)
            let back = try await consent(at: try #require(try begun.json["url"]?.text))
            #expect(try await office.ask(back).json["answers"] == .boolean(true))
            #expect(try await client.tokenStatus().obtained != before)
            _ = try await client.probe()
        }
    }

    @Test func `answers a browser with a page`() async throws {
        try await with { office in
            var browser = try await browser(office)
            let back = try await consent(at: try await begin(office, &browser))
            let reply = try await office.ask(back, headers: [("Cookie", browser.cookies[1]), ("Accept", "text/html")])
            #expect(reply.headers["content-type"]?.hasPrefix("text/html") == true)
            #expect(reply.text.contains("acme is connected") && reply.text.contains(#"href="/settings""#))
            let other = try await office.ask(
                "\(ProviderLogin.callback)?state=x&code=y",
                headers: [("Accept", "text/html")]
            )
            #expect(other.status == 400 && other.text.contains("The organization is not connected"))
        }
    }

    @Test func `is refused from another browser, and then still open to its own`() async throws {
        try await with { office in
            var browser = try await browser(office)
            let back = try await consent(at: try await begin(office, &browser))
            for cookies in ["", "__Host-callark-webex=x", "__Host-callark-webex=x; \(browser.cookies[1])"] {
                let reply = try await office.ask(back, headers: [("Cookie", cookies)])
                #expect(reply.status == 400 && reply.problem == "login_expired", "\(cookies)")
            }
            #expect(try await office.ask("HEAD", back, headers: [("Cookie", browser.cookies[1])]).status == 200)
            #expect(try await office.ask(back, headers: [("Cookie", browser.cookies[1])]).status == 200)
        }
    }

    @Test func `that the administrator denies changes nothing`() async throws {
        try await with { office in
            office.simulator.change { $0.tokens.deniesConsent = true }
            var browser = try await browser(office)
            let before = try await office.ask(Self.path, headers: browser.headers).json
            let back = try await consent(at: try await begin(office, &browser))
            let reply = try await office.ask(back, headers: [("Cookie", browser.cookies[1])])
            #expect(reply.status == 403 && reply.problem == "login_refused")
            #expect(reply.text.contains("access_denied"))
            #expect(try await office.ask(Self.path, headers: browser.headers).json == before)
        }
    }

    @Test func `of another organization's administrator changes nothing`() async throws {
        try await with { office in
            // The simulated provider signs the browser in to the first organization; `beta` is another one.
            let key = try await office.key(.admin)
            let path = "/api/v1/organizations/beta/authorization"
            let url = try #require(try await office.ask("POST", path, key: key, body: "").json["url"]?.text)
            let reply = try await office.ask(try await consent(at: url))
            #expect(reply.status == 403 && reply.problem == "login_refused")
            #expect(reply.text.contains(Office.otherOrganizationID))
            #expect(try await office.ask(path, key: key).json["obtained_time"]?.isNull == true)
        }
    }

    @Test func `is for administrators of the organization only`() async throws {
        try await with { office in
            for role in [Role.viewer, .reviewer, .operator, .auditor] {
                let key = try await office.key(role)
                #expect(try await office.ask("POST", Self.path, key: key, body: "").problem == "role_too_small")
                #expect(try await office.ask(Self.path, key: key).problem == "role_too_small")
            }
            let other = try await office.key(.admin, organizations: ["beta"])
            #expect(try await office.ask("POST", Self.path, key: other, body: "").problem == "unknown_organization")
            #expect(try await office.ask("POST", Self.path, body: "").status == 401)
        }
    }

    @Test func `needs an address that the provider can send the browser to`() async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(.admin)
            let reply = try await office.ask("POST", Self.path, key: key, body: "")
            #expect(reply.status == 409 && reply.problem == "not_configured" && reply.text.contains("public_url"))
            #expect(try await office.ask(Self.path, key: key).json["possible"] == .boolean(false))
        }
    }

    @Test func `is forgotten after ten minutes, and one of too many at once`() throws {
        let logins = PendingLogins()
        let begin = Timestamp(millisecondsSince1970: 0)
        let acme = try #require(OrganizationName("acme"))
        var (states, generator) = ([String](), SystemRandomNumberGenerator())
        for second in 0...PendingLogins.mostLogins {
            let now = begin + .seconds(second)
            let request = try AuthorizationRequest(
                oauthBaseURL: try #require(URL(string: "https://provider.example/v1")),
                clientID: "cid",
                redirectURI: Self.redirect,
                scopes: ["cjp:config_read"],
                usesProofKey: true,
                using: &generator
            )
            states.append(request.state)
            let expires = now + PendingLogins.patience
            logins.add(
                PendingLogin(
                    organization: acme,
                    request: request,
                    requestedBy: "ann",
                    browser: nil,
                    expiresTime: expires
                ),
                now: now
            )
        }
        let now = begin + .minutes(2)
        #expect(logins.find(states[0], now: now) == nil && logins.find(states[1], now: now) != nil)
        #expect(logins.find(states[1], now: begin + .minutes(11)) == nil)
        #expect(logins.end(states[2]) && !logins.end(states[2]))
    }
}
