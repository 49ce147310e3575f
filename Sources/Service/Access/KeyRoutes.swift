import Archiver
import Foundation
import HTTPTypes
import Recordings
import Settings
import Wiring

/// API keys by HTTP: list, create, revoke. A key that is bound to organizations sees, creates and revokes only keys that are
/// bound to some of these.
struct KeyRoutes: Sendable {
    let installation: Installation
    let database: ServiceDatabase

    var routes: [Route] {
        [
            Route(.get, "/api/v1/keys", .permission(.administer), parameters: PageQuery.parameters) {
                try await list($0)
            },
            Route(.post, "/api/v1/keys", .permission(.administer)) { try await create($0) },
            Route(.get, "/api/v1/keys/{name}", .permission(.administer)) { inquiry in
                try Answer.json(KeyLine(try await key(inquiry), now: installation.now))
            },
            Route(.delete, "/api/v1/keys/{name}", .permission(.administer)) { try await revoke($0) },
        ]
    }

    private var registry: KeyRegistry {
        KeyRegistry(
            database,
            logs: installation.evidence,
            organizations: installation.settings.organizations.map(\.name)
        )
    }

    private func list(_ inquiry: Inquiry) async throws -> Answer {
        let caller = try inquiry.knownCaller
        let page = try PageQuery(inquiry.query)
        let begin = try PageQuery.place(inquiry.query, "k")
        // Keys are never deleted, so counting them makes stable pages.
        let seen = try await database.keys().filter { Self.governs(caller, $0) }
        let now = installation.now
        let end = begin + page.limit
        return try Answer.json(
            ListPage(
                list: "keys",
                lines: seen.dropFirst(begin).prefix(page.limit).map { KeyLine($0, now: now) },
                nextCursor: end < seen.count ? "k\(end)" : nil
            )
        )
    }

    /// Whether a caller may see and change a key.
    static func governs(_ caller: Caller, _ key: AccessKey) -> Bool {
        guard let own = caller.organizations else { return true }
        return key.organizations.map { $0.isSubset(of: own) } ?? false
    }

    /// The key that the path names.
    private func key(_ inquiry: Inquiry) async throws -> AccessKey {
        let caller = try inquiry.knownCaller
        guard let name = KeyName(try inquiry.value("name")), let key = try await database.key(name),
            Self.governs(caller, key)
        else { throw Problem.notFound("there is no such key", code: "unknown_key") }
        return key
    }

    private struct Order: Decodable {
        var name: String
        var role: String
        var organizations: [String]?
        var expires: String?
    }

    private func create(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let order = try await inquiry.json(Order.self, members: ["name", "role", "organizations", "expires"])
        guard let name = KeyName(order.name) else {
            throw Problem(
                .badRequest,
                "bad_body",
                "name must be 1 to 64 letters, digits and . _ @ -, beginning with a letter or a digit"
            )
        }
        guard let role = Role(rawValue: order.role) else {
            let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badRequest, "bad_body", "role must be one of \(roles)")
        }
        let isUnbound = order.organizations == nil && view.caller.organizations == nil
        let now = installation.now
        let draft = KeyRegistry.Draft(
            name: name,
            role: role,
            organizations: isUnbound ? nil : Set(try view.organizations(ordered: order.organizations)),
            expiresTime: try expiry(order.expires, now)
        )
        let (key, secret) = try await registry.create(draft, by: view.caller.actor, now: now)
        var answer = try Answer.json(KeyLine(key, secret: secret, now: now), status: .created)
        answer.headers[.location] = "/api/v1/keys/\(key.name)"
        return answer
    }

    private func expiry(_ text: String?, _ now: Timestamp) throws(Problem) -> Timestamp? {
        let query = QueryItems(["expires": text])
        guard let argument = try TimeQuery.read("expires", query, TimeArgument.init(argument:)) else { return nil }
        guard let time = argument.instant(in: installation.timeZone, now: now) else {
            throw Problem(.badRequest, "bad_parameter", "expires: there is no such time in the archive's time zone")
        }
        return time
    }

    private func revoke(_ inquiry: Inquiry) async throws -> Answer {
        let caller = try inquiry.knownCaller
        let name = try await key(inquiry).name
        let key = try await registry.revoke(name, by: caller.actor, now: installation.now)
        return try Answer.json(KeyLine(key, now: installation.now))
    }
}
