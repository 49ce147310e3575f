import Foundation
import Recordings
import Testing

@testable import Service
@testable import Wiring

/// Login and logout over the network.
@Suite struct `A login` {
    /// What a browser keeps of a login.
    private struct Browser {
        var cookie: String
        var formToken: String

        /// The headers that the page sends.
        var headers: [(String, String)] {
            [("Cookie", cookie), ("Callark-Form-Token", formToken), ("Sec-Fetch-Site", "same-origin")]
        }
    }

    private func logIn(_ office: Office, _ key: String) async throws -> Browser {
        let reply = try await office.ask("POST", "/session", body: #"{"key":"\#(key)"}"#)
        try #require(reply.status == 200, "\(reply.text)")
        let cookie = try #require(reply.headers["set-cookie"]?.split(separator: ";").first)
        return Browser(cookie: String(cookie), formToken: try #require(try reply.json["session"]?["form_token"]?.text))
    }

    @Test func `exchanges a key for a cookie that opens what the key opens`() async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(.operator, name: "ann", organizations: ["acme"])
            let reply = try await office.ask("POST", "/session", body: #"{"key":"\#(key)"}"#)
            let cookie = try #require(reply.headers["set-cookie"])
            #expect(cookie.hasPrefix("callark="))
            #expect(cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Strict"))
            #expect(try reply.json["name"]?.text == "ann" && !reply.text.contains(key))
            let browser = try await logIn(office, key)
            let me = try await office.ask("/api/v1/me", headers: [("Cookie", browser.cookie)])
            #expect(try me.json["role"]?.text == "operator")
            #expect(try me.json["session"]?["form_token"]?.text == browser.formToken)
            #expect(try await office.ask("/api/v1/me", key: key).json["session"] == .null)
            #expect(try await office.ask("/api/v1/days/beta/2025-01-01", headers: browser.headers).status == 404)
            #expect(try await office.ask("/api/v1/configuration", headers: browser.headers).status == 403)
            #expect(office.requests.all.contains { $0.who == "ann" && $0.route == "/api/v1/configuration" })
        }
    }

    @Test func `over TLS sets a cookie that never leaves it`() async throws {
        let settings = #"service: { listen: "127.0.0.1:0", public_url: "https://archive.example" }"#
        try await Office.with(isArchived: false, settings: settings) { office in
            let key = try await office.key()
            let headers = [("Origin", "https://archive.example"), ("Sec-Fetch-Site", "same-origin")]
            let reply = try await office.ask("POST", "/session", headers: headers, body: #"{"key":"\#(key)"}"#)
            let cookie = try #require(reply.headers["set-cookie"])
            #expect(cookie.hasPrefix("__Host-callark="))
            #expect(cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Strict; Secure"))
            // Without the prefix, another host of the same domain could have set it.
            let stripped = String(try #require(cookie.split(separator: ";").first)).replacing("__Host-", with: "")
            #expect(try await office.ask("/api/v1/me", headers: [("Cookie", stripped)]).problem == "key_required")
        }
    }

    @Test func `is refused with a wrong key, and limited`() async throws {
        try await Office.with(isArchived: false) { office in
            let revoked = try await office.key(name: "old")
            _ = try await office.withKeys { registry in
                let name = try #require(KeyName("old"))
                return try await registry.revoke(name, by: Actor(name: "t", uid: 1), now: office.installation.now)
            }
            let reply = try await office.ask("POST", "/session", body: #"{"key":"\#(revoked)"}"#)
            #expect(reply.problem == "key_revoked" && reply.headers["set-cookie"] == nil)
            var codes: [String?] = []
            for _ in 0..<(FailedLogins.most + 1) {
                codes.append(try await office.ask("POST", "/session", body: #"{"key":"clk_x"}"#).problem)
            }
            #expect(codes.first == "unknown_key" && codes.last == "too_many_attempts")
            for body in ["{}", "[]", #"{"key":1}"#, #"{"key":"a","b":1}"#] {
                #expect(try await office.ask("POST", "/session", body: body).problem == "bad_body")
            }
            // A form of another site cannot send JSON without asking first.
            let form = [("Content-Type", "application/x-www-form-urlencoded")]
            let sent = try await office.ask("POST", "/session", headers: form, body: "key=clk_x")
            #expect(sent.problem == "unsupported_media_type")
            let foreign = [("Origin", "https://evil.example")]
            let good = try await office.key()
            let other = try await office.ask("POST", "/session", headers: foreign, body: #"{"key":"\#(good)"}"#)
            #expect(other.problem == "cross_site" && other.headers["set-cookie"] == nil)
        }
    }

    @Test func `lets only the service's own page change anything`() async throws {
        try await Office.with(isArchived: false) { office in
            let browser = try await logIn(office, office.key(.operator))
            let cookie = ("Cookie", browser.cookie)
            let token = ("Callark-Form-Token", browser.formToken)
            let body = #"{"organizations":[]}"#
            for headers in [[cookie], [cookie, ("Callark-Form-Token", "x")], [cookie, token, token]] {
                #expect(
                    try await office.ask("POST", "/api/v1/passes", headers: headers, body: body).problem == "form_token"
                )
                #expect(try await office.ask("DELETE", "/session", headers: headers).problem == "form_token")
            }
            for foreign in [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")] {
                let headers = [cookie, token, foreign]
                #expect(
                    try await office.ask("POST", "/api/v1/passes", headers: headers, body: body).problem == "cross_site"
                )
                #expect(try await office.ask("/api/v1/me", headers: headers).problem == "cross_site")
            }
            // What the page sends gets as far as the route.
            let own = try await office.ask("POST", "/api/v1/passes", headers: browser.headers, body: body)
            #expect(own.problem == "bad_body")
            // A key in a header proves that no other site made the request.
            let key = try await office.key(.operator)
            let keyed = try await office.ask("POST", "/api/v1/passes", key: key, headers: [cookie], body: body)
            #expect(keyed.problem == "bad_body")
        }
    }

    @Test func `lasts until the logout, or until its key is revoked`() async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(name: "bob")
            let (first, second) = (try await logIn(office, key), try await logIn(office, key))
            let bye = try await office.ask("DELETE", "/session", headers: first.headers)
            #expect(bye.status == 204)
            #expect(bye.headers["set-cookie"] == "callark=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict")
            let after = try await office.ask("/api/v1/me", headers: first.headers)
            #expect(after.problem == "session_ended" && after.headers["set-cookie"]?.contains("Max-Age=0") == true)
            #expect(try await office.ask("/api/v1/me", headers: second.headers).status == 200)
            #expect(try await office.ask("DELETE", "/session", key: key).status == 204)
            _ = try await office.withKeys { registry in
                let name = try #require(KeyName("bob"))
                return try await registry.revoke(name, by: Actor(name: "t", uid: 1), now: office.installation.now)
            }
            let revoked = try await office.ask("/api/v1/me", headers: second.headers)
            #expect(revoked.problem == "key_revoked" && revoked.headers["set-cookie"]?.contains("Max-Age=0") == true)
        }
    }

    @Test func `ends the session that the browser had`() async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key()
            let first = try await logIn(office, key)
            let cookie = [("Cookie", first.cookie)]
            #expect(
                try await office.ask("POST", "/session", headers: cookie, body: #"{"key":"\#(key)"}"#).status == 200
            )
            #expect(try await office.ask("/api/v1/me", headers: cookie).problem == "session_ended")
        }
    }

    /// The sessions that a caller sees: their names, and which is its own.
    private func sessions(_ office: Office, _ headers: [(String, String)]) async throws -> [JSON] {
        try await office.ask("/api/v1/sessions", headers: headers).json["sessions"]?.list ?? []
    }

    @Test func `is listed for its holder and admins, and ended by them`() async throws {
        try await Office.with(isArchived: false) { office in
            let ann = try await office.key(.viewer, name: "ann")
            let browsers = [try await logIn(office, ann), try await logIn(office, ann)]
            let bob = try await logIn(office, office.key(.operator, name: "bob", organizations: ["beta"]))
            let root = try await logIn(office, office.key(.admin, name: "root"))
            let bound = try await logIn(office, office.key(.admin, name: "bound", organizations: ["beta"]))
            let own = try await sessions(office, browsers[0].headers)
            #expect(own.map { $0["name"] } == [.text("ann"), .text("ann")])
            #expect(own.map { $0["own"] } == [.boolean(false), .boolean(true)])
            #expect(own.allSatisfy { $0["holder"] == .text("key") && $0["display_name"] == .null })
            #expect(
                try await sessions(office, [("Authorization", "Bearer \(ann)")]).map { $0["id"] }
                    == own.map { $0["id"] }
            )
            #expect(try await sessions(office, bob.headers).map { $0["name"] } == [.text("bob")])
            let all = try await sessions(office, root.headers)
            #expect(all.map { $0["name"]?.text } == ["bound", "root", "bob", "ann", "ann"])
            #expect(try await sessions(office, bound.headers).map { $0["name"]?.text } == ["bound", "bob"])
            // In pages.
            let page = try await office.ask("/api/v1/sessions?limit=3", headers: root.headers).json
            let cursor = try #require(page["next_cursor"]?.text)
            let rest = try await office.ask("/api/v1/sessions?limit=3&cursor=\(cursor)", headers: root.headers).json
            #expect((page["sessions"]?.list ?? []) + (rest["sessions"]?.list ?? []) == all)
            #expect(rest["next_cursor"] == nil)

            func end(_ session: JSON, _ browser: Browser) async throws -> Reply {
                try await office.ask(
                    "DELETE",
                    "/api/v1/sessions/\(session["id"]?.text ?? "")",
                    headers: browser.headers
                )
            }
            // What one cannot see, one cannot end.
            #expect(try await end(all[3], bob).problem == "no_session")
            #expect(try await end(all[3], bound).problem == "no_session")
            #expect(try await office.ask("/api/v1/me", headers: browsers[1].headers).status == 200)
            let ended = try await end(own[0], browsers[0])
            #expect(ended.status == 204 && ended.headers["set-cookie"] == nil)
            #expect(try await office.ask("/api/v1/me", headers: browsers[1].headers).problem == "session_ended")
            #expect(try await end(own[0], browsers[0]).problem == "no_session")
            #expect(try await end(all[2], bound).status == 204)
            #expect(try await office.ask("/api/v1/me", headers: bob.headers).problem == "session_ended")
            // The own one, like a logout.
            let last = try await end(own[1], browsers[0])
            #expect(last.status == 204 && last.headers["set-cookie"]?.contains("Max-Age=0") == true)
            // Without the form's token, no page of another site can end one.
            let forged = try await office.ask(
                "DELETE",
                "/api/v1/sessions/\(all[1]["id"]?.text ?? "")",
                headers: [("Cookie", root.cookie)]
            )
            #expect(forged.problem == "form_token")
        }
    }

    @Test func `of a revoked key is not listed`() async throws {
        try await Office.with(isArchived: false) { office in
            _ = try await logIn(office, office.key(name: "gone"))
            let admin = try await logIn(office, office.key(.admin, name: "root"))
            #expect(try await sessions(office, admin.headers).count == 2)
            #expect(try await office.ask("DELETE", "/api/v1/keys/gone", headers: admin.headers).status == 200)
            #expect(try await sessions(office, admin.headers).map { $0["name"]?.text } == ["root"])
        }
    }
}
