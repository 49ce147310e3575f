import Foundation
import Testing

@testable import Service

/// Who may use which path of the API, asked over the network: a list that was written by hand, and not taken from the routes.
@Suite struct `A path of the API` {
    /// The paths by the roles that may use them; `nil` for those that need no key.
    private static let lists: [(roles: Set<Role>?, paths: String)] = [
        (
            nil,
            """
            GET /healthz
            GET /readyz
            GET /session
            POST /session
            GET /oidc/login
            GET /oidc/callback
            GET /oauth/webex/callback
            POST /webhooks/webex/{organization}
            """
        ),
        (
            [.viewer, .reviewer, .operator, .admin, .auditor],
            """
            GET /metrics
            DELETE /session
            GET /api/v1/openapi.yaml
            GET /api/v1/me
            GET /api/v1/sessions
            DELETE /api/v1/sessions/{id}
            GET /api/v1/status
            GET /api/v1/alarms
            GET /api/v1/organizations
            GET /api/v1/days
            GET /api/v1/days/{organization}/{day}
            GET /api/v1/archives/{name}
            GET /api/v1/reports/{organization}
            GET /api/v1/calls
            GET /api/v1/calls/count
            GET /api/v1/calls/{organization}/{task_id}
            GET /api/v1/gaps
            GET /api/v1/passes
            GET /api/v1/passes/{id}
            GET /api/v1/passes/{id}/events
            GET /api/v1/verifications
            GET /api/v1/verifications/{id}
            """
        ),
        (
            [.reviewer, .operator, .admin],
            """
            GET /api/v1/calls/{organization}/{task_id}/{file}
            GET /api/v1/calls/{organization}/{task_id}/{file}/waveform
            POST /api/v1/calls/{organization}/{task_id}/access
            POST /api/v1/cases
            PUT /api/v1/cases/{name}/calls/{organization}/{task_id}
            DELETE /api/v1/cases/{name}/calls/{organization}/{task_id}
            POST /api/v1/cases/{name}/exports
            GET /api/v1/cases/{name}/exports/{id}/file
            """
        ),
        (
            [.reviewer, .operator, .admin, .auditor],
            """
            GET /api/v1/days/{organization}/{day}/proof
            GET /api/v1/calls/{organization}/{task_id}/{file}/proof
            GET /api/v1/cases
            GET /api/v1/cases/{name}
            GET /api/v1/cases/{name}/exports/{id}
            """
        ),
        (
            [.operator, .admin],
            """
            POST /api/v1/gaps/explanations
            POST /api/v1/gaps/withdrawals
            POST /api/v1/passes
            DELETE /api/v1/passes/{id}
            GET /api/v1/passes/estimates
            POST /api/v1/passes/estimates
            GET /api/v1/passes/estimates/{id}
            DELETE /api/v1/passes/estimates/{id}
            POST /api/v1/verifications
            DELETE /api/v1/verifications/{id}
            """
        ),
        (
            [.admin, .auditor],
            """
            GET /api/v1/configuration
            GET /api/v1/audit
            GET /api/v1/log/{organization}/checkpoint
            GET /api/v1/log/{organization}/vkey
            GET /api/v1/log/{organization}/tile/{place...}
            """
        ),
        (
            [.admin],
            """
            GET /api/v1/keys
            POST /api/v1/keys
            GET /api/v1/keys/{name}
            DELETE /api/v1/keys/{name}
            POST /api/v1/notifications/tests
            GET /api/v1/organizations/{organization}/authorization
            POST /api/v1/organizations/{organization}/authorization
            GET /api/v1/organizations/{organization}/webhooks
            POST /api/v1/organizations/{organization}/webhooks
            DELETE /api/v1/organizations/{organization}/webhooks
            """
        ),
    ]

    /// The paths with their methods and roles, line by line.
    private static var all: [(method: String, path: String, roles: Set<Role>?)] {
        lists.flatMap { list in
            list.paths.split(separator: "\n").map { line in
                let words = line.split(separator: " ").map(String.init)
                return (words[0], words[1], list.roles)
            }
        }
    }

    /// A path that names an organization, and nothing else that exists.
    private static func filled(_ pattern: String, _ organization: String) -> String {
        pattern.replacing("{organization}", with: organization).replacing("{place...}", with: "0/000")
            .replacing(/\{[a-z_]+\}/, with: "x")
    }

    @Test func `is for the roles that it is for, and is on this list`() async throws {
        try await Office.with(isArchived: false) { office in
            let known = office.routes.filter { !PageRoutes.patterns.contains($0.pattern.description) }
                .map { "\($0.method) \($0.pattern)" }
            #expect(known.sorted() == Self.all.map { "\($0.method) \($0.path)" }.sorted())
            var keys: [Role: String] = [:]
            for role in Role.allCases { keys[role] = try await office.key(role) }
            for (method, pattern, roles) in Self.all {
                let path = Self.filled(pattern, "acme")
                for method in method == "GET" ? ["GET", "HEAD"] : [method] {
                    let stranger = try await office.ask(method, path)
                    #expect((stranger.status == 401) == (roles != nil), "\(method) \(path): \(stranger.status)")
                    guard let roles else { continue }
                    for role in Role.allCases {
                        let reply = try await office.ask(method, path, key: keys[role])
                        #expect((reply.status == 403) == !roles.contains(role), "\(role) \(method) \(path)")
                        #expect(reply.status < 500 && reply.status != 401, "\(role) \(method) \(path): \(reply.text)")
                        guard !roles.contains(role), method != "HEAD" else { continue }
                        #expect(reply.problem == "role_too_small", "\(role) \(method) \(path)")
                    }
                }
            }
        }
    }

    /// Requests that name an organization elsewhere than in the path.
    private static let others = [
        ("GET", "/api/v1/calls?organization=ORG", ""), ("GET", "/api/v1/calls/count?organization=ORG", ""),
        ("GET", "/api/v1/gaps?organization=ORG", ""),
        ("GET", "/api/v1/days?organization=ORG", ""), ("GET", "/api/v1/audit?organization=ORG", ""),
        ("GET", "/api/v1/archives/ORG-2025-11-20-001", ""), ("POST", "/api/v1/passes", #"{"organizations":["ORG"]}"#),
        ("POST", "/api/v1/passes/estimates", #"{"organizations":["beta","ORG"]}"#),
        ("POST", "/api/v1/verifications", #"{"organizations":["ORG"]}"#),
        ("POST", "/api/v1/gaps/explanations", #"{"organization":"ORG","tasks":["x"],"reason":"other","note":"x"}"#),
        ("POST", "/api/v1/gaps/withdrawals", #"{"organization":"ORG","tasks":["x"]}"#),
        ("POST", "/api/v1/keys", #"{"name":"x","role":"viewer","organizations":["ORG"]}"#),
    ]

    @Test func `tells a key nothing of other organizations, not even that they exist`() async throws {
        try await Office.with { office in
            let key = try await office.key(.admin, organizations: ["beta"])
            let paths = Self.all.filter { $0.path.contains("{organization}") && $0.roles != nil }
                .map { ($0.method, Self.filled($0.path, "ORG"), "") }
            #expect(paths.count > 15)
            for (method, path, body) in paths + Self.others {
                func ask(_ organization: String) async throws -> Reply {
                    let body = body.isEmpty ? nil : body.replacing("ORG", with: organization)
                    return try await office.ask(method, path.replacing("ORG", with: organization), key: key, body: body)
                }
                let (foreign, nothing) = (try await ask("acme"), try await ask("zeta"))
                #expect(foreign.status == 404 && nothing.status == 404, "\(method) \(path): \(foreign.text)")
                #expect(foreign.body == nothing.body, "\(method) \(path)")
            }
        }
    }
}
