import Recordings
import Synchronization
import WebexContactCenter

/// A login at the provider that an administrator has begun and not finished.
struct PendingLogin: Sendable {
    let organization: OrganizationName
    let request: AuthorizationRequest
    /// The name of the administrator who began it, for the service's log.
    let requestedBy: String
    /// The digest of the cookie of the browser that began it, which alone may finish it; `nil` if a program began it with a key.
    let browser: KeyDigest?
    let expiresTime: Timestamp
}

/// Logins at the provider, by their `state`. They are only in memory: after a restart of the service, people begin again.
final class PendingLogins: Sendable {
    /// How long a person may take to log in.
    static let patience = Duration.minutes(10)
    /// How many there are at most; another one takes the place of the oldest.
    static let mostLogins = 20

    private let logins = Mutex<[String: PendingLogin]>([:])

    func add(_ login: PendingLogin, now: Timestamp) {
        logins.withLock { logins in
            logins = logins.filter { now < $0.value.expiresTime }
            if logins.count >= Self.mostLogins,
                let oldest = logins.min(by: { $0.value.expiresTime < $1.value.expiresTime })
            {
                logins[oldest.key] = nil
            }
            logins[login.request.state] = login
        }
    }

    /// - Returns: `nil` if there is none, or if it has expired.
    func find(_ state: String, now: Timestamp) -> PendingLogin? {
        logins.withLock { $0[state].flatMap { now < $0.expiresTime ? $0 : nil } }
    }

    /// Removes a login, so that no second answer to it is accepted.
    /// - Returns: whether it was there.
    func end(_ state: String) -> Bool {
        logins.withLock { $0.removeValue(forKey: state) != nil }
    }
}
