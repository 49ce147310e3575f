import HTTPTypes
import Logging
import Recordings

/// Authenticates requests by their API key.
struct Doorkeeper: Sendable {
    private let database: ServiceDatabase
    private let failures = FailedLogins()
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    init(_ database: ServiceDatabase, logger: Logger, now: @escaping @Sendable () -> Timestamp) {
        self.database = database
        self.logger = logger
        self.now = now
    }

    /// Identifies the caller by the request's headers, and records that the key was used.
    /// - Throws: a ``Problem`` with status 401 if they contain no valid key, or 429 after too many wrong keys from this
    ///   address; `ServiceError` if the database cannot be used.
    func caller(_ headers: HTTPFields, from address: String) async throws -> Caller {
        let given = headers[values: .authorization]
        guard let value = given.first else {
            throw Self.refusal(
                "key_required",
                "a key is needed: send the header Authorization: Bearer clk_…",
                error: nil
            )
        }
        let words = value.split(separator: " ", maxSplits: 1)
        let now = now()
        guard given.count == 1, words.count == 2, words[0].lowercased() == "bearer",
            let secret = KeySecret(words[1]), let key = try await database.key(secret)
        else {
            throw refused("unknown_key", "there is no such key", of: nil, from: address, now)
        }
        switch key.standing(at: now) {
        case .valid: break
        case .expired: throw refused("key_expired", "this key has expired", of: key, from: address, now)
        case .revoked: throw refused("key_revoked", "this key was revoked", of: key, from: address, now)
        }
        try await database.noteUse(of: key, at: now)
        return Caller(key: key, address: address)
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
