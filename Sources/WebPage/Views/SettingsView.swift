import Foundation
import Recordings

/// The view of the person's role, the organizations, keys and sessions, and the configuration in force.
struct SettingsView {
    let desk: Desk
    private var words: Words { desk.words }
    private var shown: Shown { desk.shown }

    func made() async throws -> View {
        let me = try await desk.get("/api/v1/me")
        let status = try await desk.get("/api/v1/status")
        var organizations: [[String: Any]] = []
        for line in try await desk.get("/api/v1/organizations").list("organizations") {
            let name = line.text("name") ?? ""
            let state = status.list("organizations").first { $0.text("organization") == name }
            let login =
                desk.visit.person.mayAdminister
                ? try await desk.get("/api/v1/organizations/\(name.percentEncoded)/authorization") : nil
            organizations.append(organization(line, state, login))
        }
        let values = desk.visit.person.mayAudit ? try await desk.get("/api/v1/configuration").list("values") : []
        let groups = Dictionary(grouping: values) { group($0.text("key") ?? "") }.sorted { $0.key < $1.key }
        let keys = desk.visit.person.mayAdminister ? try await keys() : nil
        let sessions = try await sessions()
        return View(
            template: "settings",
            title: words("nav_settings"),
            script: "settings.js",
            values: desk.values([
                "name": me.text("name"), "role": words.code("role", me.text("role") ?? ""),
                "roleMeans": words("role_\(me.text("role") ?? "")_means"),
                "scope": me.list("organizations").compactMap(\.text).joined(separator: ", ").ifNotEmpty
                    ?? words("all_organizations"),
                "expires": me.time("expires_time").map(shown.moment) ?? words("never_expires"),
                "organizations": organizations,
                "keys": keys, "hasKeys": keys != nil, "sessions": sessions, "hasSessions": !sessions.isEmpty,
                "roles": ["viewer", "reviewer", "operator", "admin", "auditor"].map {
                    ["value": $0, "text": words.code("role", $0)]
                },
                "groups": groups.map { ["title": $0.key, "rows": $0.value.map(value)] as [String: Any] },
                "hasConfiguration": !values.isEmpty, "oidc": keys == nil ? nil : oidc(values),
                "keyScopes": organizations.compactMap { $0["name"] }, "hasKeyScopes": organizations.count > 1,
            ])
        )
    }

    /// Whether people can log in without a key.
    private func oidc(_ values: [JSONValue]) -> String {
        let issuer = values.first { $0.text("key") == "service.oidc.issuer" }?.text("value")
        return issuer.map { words("oidc_on", ["issuer": $0]) } ?? words("oidc_off")
    }

    private func group(_ key: String) -> String {
        let parts = key.split(separator: ".").map(String.init)
        return parts.first == "organizations" && parts.count > 1 ? "organizations.\(parts[1])" : parts.first ?? key
    }

    private func value(_ line: JSONValue) -> [String: Any] {
        let origin = line.text("origin") ?? ""
        return [
            "key": line.text("key") ?? "", "value": line.text("value") ?? "—", "origin": origin,
            "isDefault": origin == "default",
        ]
    }

    /// - Parameter login: the answer about the organization's login; `nil` for a person who may not connect any.
    private func organization(_ line: JSONValue, _ state: JSONValue?, _ login: JSONValue?) -> [String: Any] {
        let needsLogin = login?.isTrue("needs_login") == true
        let token: (String, String) =
            if needsLogin {
                ("bad", words("token_none"))
            } else if let refused = state?.time("refresh_token_refused") {
                ("bad", words("token_refused", ["time": shown.moment(refused)]))
            } else if let expires = state?.time("refresh_token_expires") ?? state?.time("access_token_expires") {
                ("good", words("token_until", ["time": shown.distance(expires)]))
            } else {
                ("wait", words("token_unknown"))
            }
        var values: [String: Any] = [
            "name": line.text("name") ?? "", "id": line.text("org_id") ?? "",
            "region": line.text("region") ?? words("region_none"), "mark": token.0, "token": token.1,
            "listed": state?.time("listed_through").map(shown.moment) ?? "—",
        ]
        guard let login else { return values }
        values["connect"] = [
            "isPossible": login.isTrue("possible"), "obstacle": (login.text("obstacle") ?? "").asSentence,
            "text": words(login.text("obtained_time") == nil ? "connect" : "connect_again"),
        ]
        let scopes = login.list("scopes").compactMap(\.text)
        values["scopes"] = scopes.isEmpty ? nil : words("scopes_granted", ["scopes": scopes.joined(separator: ", ")])
        // A connected organization has registered this address already.
        if needsLogin {
            values["redirect"] = login.text("redirect_uri").map { words("redirect_is", ["address": $0]) }
        }
        return values
    }

    /// The sessions that the person may end.
    private func sessions() async throws -> [[String: Any]] {
        try await desk.get("/api/v1/sessions").list("sessions").map { line in
            [
                "id": line.text("id") ?? "", "name": line.text("display_name") ?? line.text("name") ?? "",
                "holder": words.code("session", line.text("holder") ?? ""),
                "begun": line.time("created_time").map(shown.moment) ?? "—",
                "used": line.time("last_used_time").map(shown.moment) ?? "—",
                "isOwn": line.isTrue("own"),
            ]
        }
    }

    /// The keys of the service; `nil` if the service has no route for them.
    private func keys() async throws -> [[String: Any]]? {
        let lines: [JSONValue]
        do {
            lines = try await desk.get("/api/v1/keys").list("keys")
        } catch let problem as PageProblem where problem.status == 404 {
            return nil
        }
        return lines.map { line in
            let state = line.text("state") ?? (line.text("revoked_time") == nil ? "valid" : "revoked")
            return [
                "name": line.text("name") ?? "", "role": words.code("role", line.text("role") ?? ""),
                "organizations": line.list("organizations").compactMap(\.text).joined(separator: ", ").ifNotEmpty
                    ?? words("all_organizations"),
                "used": line.time("last_used_time").map(shown.moment) ?? words("never"),
                "expires": line.time("expires_time").map(shown.moment) ?? words("never_expires"),
                "state": words.code("key", state), "isValid": state == "valid",
            ]
        }
    }
}
