import Recordings

/// A browser's login. Its token, which is in a cookie, is replaced at intervals. The rules do not read a clock.
struct BrowserSession: Sendable, Hashable {
    /// Names the session in the log; it is no secret.
    let id: String
    /// Who it belongs to: the name of the key that it was begun with, or the subject at the identity provider.
    let name: String
    /// The text that unsafe requests have to repeat in a header. A page of another site cannot read it.
    let formToken: String
    let createdTime: Timestamp
    /// When it ends at the latest.
    let expiresTime: Timestamp
    /// When it was last used, to the minute.
    let lastUsedTime: Timestamp
    /// When it was ended; `nil` if it was not.
    let endedTime: Timestamp?
    /// The number of the newest token that the browser has used.
    let generation: Int
    /// When the browser first used that token.
    let generationTime: Timestamp

    /// How long a session lasts at most, and how long without a request.
    static let lifetime = Duration.hours(12)
    static let idle = Duration.hours(1)
    /// How long a token is used until the next answer replaces it.
    static let tokenLife = Duration.minutes(15)
    /// How long a replaced token stays valid, for requests that were on their way. Also how long to wait until another
    /// token is issued, because the answer with the last one may be lost.
    static let overlap = Duration.seconds(60)
    /// How many sessions of one key, or of one person, there are at most. The oldest is ended when another begins.
    static let maxCount = 20

    /// What a token is worth.
    enum Verdict: Sendable, Hashable {
        /// The newest token that the browser has used, or the one before, shortly after it was replaced.
        case valid
        /// The replacement, used for the first time.
        case replaced
        case expired
        case ended
        /// A token that was replaced long ago: the browser no longer has it, so someone else has a copy.
        case stolen
    }

    /// Decides whether a token of the session is accepted.
    /// - Parameter generation: the number of the token.
    func verdict(on generation: Int, at now: Timestamp) -> Verdict {
        if endedTime != nil { return .ended }
        if now >= expiresTime || now - lastUsedTime >= Self.idle { return .expired }
        if generation > self.generation { return .replaced }
        if generation == self.generation { return .valid }
        return generation == self.generation - 1 && now - generationTime < Self.overlap ? .valid : .stolen
    }

    /// Whether the token in use should be replaced.
    /// - Parameter issued: when a replacement was last issued; `nil` if none was.
    func needsToken(_ generation: Int, issued: Timestamp?, at now: Timestamp) -> Bool {
        guard generation == self.generation, now - generationTime >= Self.tokenLife else { return false }
        return issued.map { now - $0 >= Self.overlap } ?? true
    }
}
