import Foundation
import Recordings
import Transfer

/// What a reception remembers from one attempt to the next: a pure value.
///
/// An attempt that brings new bytes does not count as one of `downloads.attempts`, because over a connection that
/// always ends after half a megabyte a large recording takes many attempts. Each of these brings at least
/// ``leastProgress`` bytes, so they come to an end. An attempt that ended because bytes stopped or came too slowly has
/// to bring as many as the minimum speed yields over its span; otherwise a trickle would be followed for days.
struct ReceptionProgress: Sendable {
    var url: URL
    var urlExpiry: Timestamp
    /// How often a new URL was asked for.
    var renewals = 0
    /// All attempts.
    private(set) var attempts = 0
    /// The attempts in a row that brought nothing new.
    private(set) var fruitless = 0
    /// The most bytes that any attempt reached, of any object.
    private(set) var farthest: Int64 = 0
    /// The digest of a first full download of doubtful bytes.
    var doubt: ContentDigest?
    /// Whether its bytes stopped or came too slowly before. It is then tried again next to others, and not instead of
    /// them.
    var isSlow = false

    /// Fewer new bytes do not count as progress, because even a trickle of one byte a second brings some.
    static let leastProgress: Int64 = 4 << 10

    init(url: URL, urlExpiry: Timestamp, held: Int64) {
        self.url = url
        self.urlExpiry = urlExpiry
        farthest = held
    }

    /// Records the end of an attempt.
    /// - Parameters:
    ///   - byteCount: how many bytes of the recording have arrived in total.
    ///   - leastBytes: fewer new bytes than this do not count as progress either.
    /// - Returns: whether it made progress.
    mutating func note(byteCount: Int64, atLeast leastBytes: Int64 = 0) -> Bool {
        attempts += 1
        let isProgress = byteCount - farthest >= max(Self.leastProgress, leastBytes)
        farthest = max(farthest, byteCount)
        fruitless = isProgress ? 0 : fruitless + 1
        return isProgress
    }

    /// How long to wait before the next attempt; `nil` if there is no next one.
    func delay(by policy: RetryPolicy, retryAfter: Duration?) -> Duration? {
        var policy = policy
        if fruitless == 0 { policy.attempts = max(2, policy.attempts) }
        return policy.delay(afterAttempt: max(1, fruitless), retryAfter: retryAfter)
    }
}
