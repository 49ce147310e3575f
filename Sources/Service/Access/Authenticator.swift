import HTTPTypes
import Logging
import Recordings
import Settings

/// Authenticates requests by their API key, or by the session of a browser.
struct Authenticator: Sendable {
    let cookie: SessionCookie
    let ownPages: OwnPages
    private let database: ServiceDatabase
    /// `nil` if none is configured.
    private let provider: IdentityProvider?
    private let grants: OIDCSettings?
    private let failures = FailedLogins()
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    init(
        _ database: ServiceDatabase,
        cookie: SessionCookie,
        ownPages: OwnPages,
        provider: IdentityProvider? = nil,
        logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.database = database
        self.cookie = cookie
        self.ownPages = ownPages
        self.provider = provider
        grants = provider?.settings
        self.logger = logger
        self.now = now
    }

    /// What is known about a request before it is authenticated.
    struct Visitor: Sendable {
        var method: HTTPRequest.Method
        /// The host that the request names.
        var authority: String?
        var headers: HTTPFields
        var address: String

        /// Whether the method promises to change nothing.
        var isSafe: Bool { [.get, .head, .options].contains(method) }
    }

    /// A caller who is let in.
    struct Admission: Sendable {
        var caller: Caller
        /// A `Set-Cookie` that the answer must have; `nil` for none.
        var setCookie: String?
    }

    /// Identifies the caller by the request's headers, and records that the key or session was used. If there is an
    /// `Authorization`, cookies are ignored.
    /// - Throws: a ``Problem`` with status 401 if the headers contain no valid key and no valid session, 403 if a page of
    ///   another site made the request, or 429 after too many wrong keys from this address; `ServiceError` if the database
    ///   cannot be used.
    func admit(_ visitor: Visitor) async throws -> Admission {
        let given = visitor.headers[values: .authorization]
        guard let value = given.first else {
            let cookies = cookie.values(in: visitor.headers)
            guard !cookies.isEmpty else {
                throw Self.refusal(
                    "key_required",
                    "a key is needed: send the header Authorization: Bearer clk_…",
                    error: nil
                )
            }
            return try await admit(visitor, cookies)
        }
        let words = value.split(separator: " ", maxSplits: 1)
        let isBearer = given.count == 1 && words.count == 2 && words[0].lowercased() == "bearer"
        let text = isBearer ? String(words[1]) : ""
        // Every other bearer token has two full stops, which a key never has.
        if provider != nil, text.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2 {
            return Admission(caller: try await person(text, from: visitor.address))
        }
        return Admission(caller: Caller(try await key(text, from: visitor.address), address: visitor.address))
    }

    /// The key with this text.
    /// - Throws: as ``admit(_:)``.
    func key(_ text: String, from address: String) async throws -> AccessKey {
        let now = now()
        guard let secret = KeySecret(text), let key = try await database.key(secret) else {
            throw refused("unknown_key", "there is no such key", of: nil, from: address, now)
        }
        try requireValid(key, from: address, now)
        try await database.noteUse(of: key, at: now)
        return key
    }

    /// The person whom a token of the identity provider names.
    private func person(_ token: String, from address: String) async throws -> Caller {
        guard let provider else { throw Problem.bug }
        do {
            return try caller(try await provider.person(token), address: address)
        } catch let problem as Problem where problem.status == .unauthorized {
            if let wait = tooMany(problem.detail, address, now()) { throw wait }
            logger.warning("a token was refused", metadata: ["reason": "\(problem.detail)", "address": "\(address)"])
            throw problem
        } catch let problem as Problem {
            throw problem
        } catch {
            logger.warning("the identity provider could not be asked", metadata: ["error": "\(error)"])
            throw Problem.identityProvider("the identity provider could not be asked")
        }
    }

    /// A person as a caller.
    /// - Throws: a ``Problem`` with status 403 if none of the person's groups has a role.
    private func caller(_ person: Person, address: String, session: BrowserSession? = nil) throws(Problem) -> Caller {
        guard let grants, grants.issuer == person.issuer, let grant = person.grant(grants) else {
            throw Problem(.forbidden, "no_role", "none of your groups has a role here; ask the administrator")
        }
        return Caller(person, grant.role, grant.organizations, address: address, session: session)
    }

    private func tooMany(_ detail: String, _ address: String, _ now: Timestamp) -> Problem? {
        failures.note(address, now: now).map { seconds in
            Problem(
                .tooManyRequests,
                "too_many_attempts",
                "\(detail), and this address has tried too often; try again after \(seconds) seconds",
                headers: [.retryAfter: String(seconds)]
            )
        }
    }

    private func requireValid(_ key: AccessKey, from address: String, _ now: Timestamp) throws(Problem) {
        switch key.standing(at: now) {
        case .valid: break
        case .expired: throw refused("key_expired", "this key has expired", of: key, from: address, now)
        case .revoked: throw refused("key_revoked", "this key was revoked", of: key, from: address, now)
        }
    }

    private func refused(
        _ code: String,
        _ detail: String,
        of key: AccessKey?,
        from address: String,
        _ now: Timestamp
    ) -> Problem {
        if let wait = tooMany(detail, address, now) { return wait }
        let name = key.map { "\($0.name)" } ?? "-"
        logger.warning("a key was refused", metadata: ["key": "\(name)", "reason": "\(code)", "address": "\(address)"])
        return Self.refusal(code, detail, error: "invalid_token")
    }

    /// A 401 with the challenge of RFC 6750.
    private static func refusal(_ code: String, _ detail: String, error: String?) -> Problem {
        let challenge = #"Bearer realm="callark""# + (error.map { #", error="\#($0)""# } ?? "")
        return Problem(.unauthorized, code, detail, headers: [.wwwAuthenticate: challenge])
    }
}

// MARK: - Sessions

extension Authenticator {
    /// Identifies the caller by a session's cookie.
    private func admit(_ visitor: Visitor, _ cookies: [Substring]) async throws -> Admission {
        let now = now()
        // Two cookies of one name: another program on this host set one, and it is not known which.
        guard cookies.count == 1, let token = SessionToken(cookies[0]), let found = try await database.session(token)
        else {
            throw forgetting(
                refused("unknown_session", "there is no such session", of: nil, from: visitor.address, now)
            )
        }
        let session = found.session
        switch session.verdict(on: found.generation, at: now) {
        case .valid: break
        case .replaced: try await database.noteReplacement(session, found.generation, at: now)
        case .expired:
            throw forgetting(Self.refusal("session_expired", "this session has expired; log in again", error: nil))
        case .ended: throw forgetting(Self.refusal("session_ended", "this session was ended; log in again", error: nil))
        case .stolen:
            try await database.end(session, at: now)
            logger.warning(
                "a session was ended, because a copy of its cookie was used",
                metadata: ["session": "\(session.id)", "name": "\(session.name)", "address": "\(visitor.address)"]
            )
            throw forgetting(Self.refusal("session_ended", "a copy of this session was used; log in again", error: nil))
        }
        let caller: Caller
        do throws(Problem) {
            caller = try self.caller(found, visitor, now)
        } catch {
            throw forgetting(error)
        }
        try requireOwnPage(visitor, session)
        try await database.noteUse(of: session, at: now)
        if case .key(let key) = found.holder { try await database.noteUse(of: key, at: now) }
        return Admission(caller: caller, setCookie: try await replacement(found, now))
    }

    private func caller(
        _ found: ServiceDatabase.FoundSession,
        _ visitor: Visitor,
        _ now: Timestamp
    ) throws(Problem) -> Caller {
        switch found.holder {
        case .key(let key):
            try requireValid(key, from: visitor.address, now)
            return Caller(key, address: visitor.address, session: found.session)
        case .person(let person): return try caller(person, address: visitor.address, session: found.session)
        }
    }

    /// Issues a token that replaces the one in use, if that is old.
    private func replacement(_ found: ServiceDatabase.FoundSession, _ now: Timestamp) async throws -> String? {
        guard found.session.needsToken(found.generation, issued: found.issued, at: now) else { return nil }
        let token = SessionToken()
        return try await database.issue(token, found.session, at: now) ? cookie.setting(token) : nil
    }

    /// Refuses requests that another site may have caused, because a browser sends cookies by itself.
    private func requireOwnPage(_ visitor: Visitor, _ session: BrowserSession) throws(Problem) {
        try ownPages.require(visitor)
        guard !visitor.isSafe else { return }
        let given = visitor.headers[values: .callarkFormToken]
        guard given.count == 1, KeyDigest(of: given[0]).isEqual(to: KeyDigest(of: session.formToken)) else {
            throw Problem(
                .forbidden,
                "form_token",
                "with a session, send its form_token (from /api/v1/me) in the header Callark-Form-Token"
            )
        }
    }

    /// A refusal that makes the browser forget its cookie.
    private func forgetting(_ problem: Problem) -> Problem {
        var problem = problem
        problem.headers[.setCookie] = cookie.removal
        return problem
    }

    /// Begins a session, and ends the one that the browser may have.
    /// - Returns: the caller, with the cookie to set.
    func begin(_ holder: SessionHolder, for headers: HTTPFields, from address: String) async throws -> Admission {
        let now = now()
        // Someone without a role gets no session.
        if case .person(let person) = holder { _ = try self.caller(person, address: address) }
        for text in cookie.values(in: headers) {
            guard let token = SessionToken(text), let found = try await database.session(token) else { continue }
            try await database.end(found.session, at: now)
        }
        let token = SessionToken()
        let session = try await database.beginSession(of: holder, token, at: now)
        logger.info("a session began", metadata: ["session": "\(session.id)", "name": "\(session.name)"])
        let caller: Caller =
            switch holder {
            case .key(let key): Caller(key, address: address, session: session)
            case .person(let person): try self.caller(person, address: address, session: session)
            }
        return Admission(caller: caller, setCookie: cookie.setting(token))
    }

    /// Ends a session.
    /// - Parameter caller: whoever ended it; `nil` for its own holder.
    func end(_ session: BrowserSession, by caller: Caller? = nil) async throws {
        try await database.end(session, at: now())
        logger.info(
            "a session was ended",
            metadata: [
                "session": "\(session.id)", "name": "\(session.name)", "by": "\(caller?.name ?? session.name)",
            ]
        )
    }
}
