import Foundation
import Recordings
import Transfer

/// What a reception remembers from one attempt to the next: a pure value.
///
/// An attempt that brings new bytes does not use up any of `downloads.attempts`: a connection that always ends after half a
/// megabyte brings a large recording in many. Since each such attempt brings some thousand bytes, they come to an end too.
/// An attempt that ended because bytes stopped or came too slowly has to bring as many as a span of the least speed has, or
/// a trickle would be followed for days.
struct ReceptionProgress: Sendable {
    var url: URL
    var urlExpiry: Timestamp
    /// How often a new URL was asked for.
    var renewals = 0
    /// All attempts.
    private(set) var attempts = 0
    /// Those in a row that brought nothing new.
    private(set) var fruitless = 0
    /// The most bytes that any attempt came to, of whichever object.
    private(set) var farthest: Int64 = 0
    /// What a first whole download of doubtful bytes was.
    var doubt: ContentDigest?
    /// Whether its bytes stopped or came too slowly before: it is tried again beside others, and not in their place.
    var isSlow = false

    /// Fewer new bytes are no progress: so many come at one a second, too.
    static let leastProgress: Int64 = 4 << 10

    init(url: URL, urlExpiry: Timestamp, held: Int64) {
        self.url = url
        self.urlExpiry = urlExpiry
        farthest = held
    }

    /// An attempt is over.
    /// - Parameters:
    ///   - byteCount: how many bytes of the recording are there.
    ///   - leastBytes: fewer new bytes than this are no progress either.
    /// - Returns: whether it brought new ones.
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
