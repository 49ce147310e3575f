import HTTPTypes
import Recordings
import Settings
import Wiring

/// The sessions of browsers by HTTP: list them, end one. Everyone sees and ends the sessions that were begun with the same key
/// or by the same person; an admin also those of others. An admin whose key is bound to organizations sees, of others, only
/// sessions of keys that are bound to some of these.
struct SessionRoutes: Sendable {
    let installation: Installation
    let database: ServiceDatabase
    let authenticator: Authenticator

    var routes: [Route] {
        [
            Route(.get, "/api/v1/sessions", parameters: PageQuery.parameters) { try await list($0) },
            Route(.delete, "/api/v1/sessions/{id}") { try await end($0) },
        ]
    }

    private func list(_ inquiry: Inquiry) async throws -> Answer {
        let caller = try inquiry.knownCaller
        let page = try PageQuery(inquiry.query)
        let before = try PageQuery.place(inquiry.query, "s")
        let seen = try await governed(by: caller).filter { before == 0 || $0.row < before }
        let shown = seen.prefix(page.limit)
        return try Answer.json(
            ListPage(
                list: "sessions",
                lines: shown.map { SessionLine($0, isOwn: $0.session.id == caller.session?.id) },
                nextCursor: seen.count > page.limit ? shown.last.map { "s\($0.row)" } : nil
            )
        )
    }

    private func end(_ inquiry: Inquiry) async throws -> Answer {
        let caller = try inquiry.knownCaller
        let id = try inquiry.value("id")
        guard let listed = try await governed(by: caller).first(where: { $0.session.id == id }) else {
            throw Problem.notFound("there is no such session", code: "no_session")
        }
        try await authenticator.end(listed.session, by: caller)
        guard id == caller.session?.id else { return Answer(.noContent) }
        return Answer(.noContent, headers: [.setCookie: authenticator.cookie.removal])
    }

    /// The sessions that a caller may see and end, newest first.
    private func governed(by caller: Caller) async throws -> [ServiceDatabase.ListedSession] {
        let now = installation.now
        return try await database.usableSessions(at: now).filter { listed in
            switch listed.holder {
            case .key(let key):
                guard key.standing(at: now) == .valid else { return false }
                if caller.via == .key, caller.name == key.name.description { return true }
                return caller.permits(.administer) && KeyRoutes.governs(caller, key)
            case .person(let person):
                if caller.via == .oidc, caller.name == person.subject { return true }
                return caller.permits(.administer) && caller.organizations == nil
            }
        }
    }
}
