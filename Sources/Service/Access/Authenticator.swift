import HTTPTypes
import Logging
import Recordings

/// Authenticates requests by their API key, or by the session of a browser.
struct Authenticator: Sendable {
    let cookie: SessionCookie
    let ownPages: OwnPages
    private let database: ServiceDatabase
    private let failures = FailedLogins()
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    init(
        _ database: ServiceDatabase,
        cookie: SessionCookie,
        ownPages: OwnPages,
        logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.database = database
        self.cookie = cookie
        self.ownPages = ownPages
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
        let key = try await key(isBearer ? String(words[1]) : "", from: visitor.address)
        return Admission(caller: Caller(key, address: visitor.address))
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
        if let seconds = failures.note(address, now: now) {
            return Problem(
                .tooManyRequests,
                "too_many_attempts",
                "\(detail), and this address has tried too often; try again after \(seconds) seconds",
                headers: [.retryAfter: String(seconds)]
            )
        }
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
                metadata: ["session": "\(session.id)", "key": "\(session.key)", "address": "\(visitor.address)"]
            )
            throw forgetting(Self.refusal("session_ended", "a copy of this session was used; log in again", error: nil))
        }
        do throws(Problem) {
            try requireValid(found.key, from: visitor.address, now)
        } catch {
            throw forgetting(error)
        }
        try requireOwnPage(visitor, session)
        try await database.noteUse(of: session, at: now)
        try await database.noteUse(of: found.key, at: now)
        return Admission(
            caller: Caller(found.key, address: visitor.address, session: session),
            setCookie: try await replacement(found, now)
        )
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
    func begin(_ key: AccessKey, for headers: HTTPFields, from address: String) async throws -> Admission {
        let now = now()
        for text in cookie.values(in: headers) {
            guard let token = SessionToken(text), let found = try await database.session(token) else { continue }
            try await database.end(found.session, at: now)
        }
        let token = SessionToken()
        let session = try await database.beginSession(of: key, token, at: now)
        logger.info("a session began", metadata: ["session": "\(session.id)", "key": "\(key.name)"])
        let caller = Caller(key, address: address, session: session)
        return Admission(caller: caller, setCookie: cookie.setting(token))
    }

    /// Ends a session.
    func end(_ session: BrowserSession) async throws {
        try await database.end(session, at: now())
        logger.info("a session was ended", metadata: ["session": "\(session.id)", "key": "\(session.key)"])
    }
}
