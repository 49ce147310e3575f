/// What can go wrong: with one answer, or with what the provider lists and has of a recording.
package enum Fault: Sendable, Hashable {
    // MARK: With one answer

    /// This status instead of the answer.
    case status(Int, body: String = "", headers: [String: String] = [:])
    /// A page of HTML with status 200, as captive proxies send it.
    case html200
    /// A JSON error with status 200.
    case json200
    /// 503 with the XML of S3's `SlowDown`.
    case xmlSlowDown
    /// 403 with the XML of an expired URL.
    case xmlExpired
    /// 400 with the XML of a signing session that ended before the URL did.
    case xmlExpiredToken
    /// 429 for this long by the simulator's clock from the first request on, for every request before that is over;
    /// with `Retry-After` if `tells` (wxcc-api 4.4).
    case throttle(Duration, tells: Bool)
    /// The token endpoint's answer to a refresh token that is no longer valid (wxcc-api 3.6).
    case refusedGrant(TokenRules.ErrorShape)
    /// 200 with an empty body and `Content-Length: 0`.
    case emptyBody
    /// The connection is closed after this many bytes of the body.
    case truncate(afterBytes: Int)
    /// The same without a declared length: the chunks end without the last one.
    case truncateChunked(afterBytes: Int)
    /// The body ends early and is declared to be that short.
    case shortened(toBytes: Int)
    /// Only this share (0…1) of the recording is served, as if it were all of it, as by a cache with a truncated copy.
    case cut(share: Double, tag: CutTag)
    /// The connection is reset (TCP RST) after this many bytes of the body.
    case reset(afterBytes: Int)
    /// Nothing is sent for this long after this many bytes of the body.
    case stall(afterBytes: Int, Duration)
    /// The body is sent at this pace.
    case slow(bytesPerSecond: Int)
    /// The answer begins this much later.
    case delay(Duration)
    /// The body has no declared length.
    case chunked
    /// `Range` is ignored: 200 and the whole body.
    case ignoreRange
    /// Each answer has another version of the object: other bytes, another `ETag`.
    case changingETag
    /// The same, and `If-Match` is ignored: a range belongs to the other version.
    case changingUnderRange

    // MARK: With what is asked for

    /// This status for every captures/query that names such a task (``FaultRule/pathContains``, or a share of the
    /// tasks), alone or among others.
    case poisonedTask(status: Int)

    // MARK: With what is listed

    /// The recording does not exist, as after the provider's purge: neither listed nor served.
    case vanish
    /// The recording appears this much later than it would.
    case late(Duration)
    /// For this long after it appears, only this share (0…1) of the recording exists, and its stop time says so.
    case partial(share: Double, Duration)
    /// The recording's file has this name.
    case named(String)
    /// The recording's URL has this scheme, host and port instead of the simulator's.
    case mediaOrigin(String)
    /// The list `data` has one more row at its end; `{from}`, `{to}` and `{to+1}` in its text are the bounds of the
    /// request, the last one a millisecond later.
    case extraRow(String)
    /// A text of the answer is replaced, for example by a name with a line feed.
    case replaced(String, with: String)

    /// The `ETag` of a truncated recording.
    package enum CutTag: String, Sendable, Hashable, CaseIterable {
        /// Its own, as if the part were the object.
        case own
        /// That of the whole recording, as from a cache that kept the head and lost the rest.
        case whole
        /// None, but the modification date of the whole recording.
        case date
        /// None, and no date either.
        case none
    }

    /// Whether it is about listed recordings and not about requests: such a fault lasts as long as its rule, and counts
    /// no requests.
    package var isOfListing: Bool {
        switch self {
        case .vanish, .late, .partial, .named, .mediaOrigin: true
        default: false
        }
    }

    /// Its name in the counters and in a fault plan; a status is its number.
    package var kind: String {
        switch self {
        case .status(200, Self.htmlPage, _): "html"
        case .status(200, Self.jsonPage, _): "json"
        case .status(let status, _, _): String(status)
        case .html200: "html"
        case .json200: "json"
        case .xmlSlowDown: "slow-down"
        case .xmlExpired: "expired"
        case .xmlExpiredToken: "expired-token"
        case .throttle: "throttle"
        case .refusedGrant: "refuse"
        case .emptyBody: "empty"
        case .truncate: "truncate"
        case .truncateChunked: "truncate-chunked"
        case .shortened: "shorten"
        case .cut: "cut"
        case .reset: "reset"
        case .stall: "stall"
        case .slow: "slow"
        case .delay: "delay"
        case .chunked: "chunked"
        case .ignoreRange: "ignore-range"
        case .changingETag: "change"
        case .changingUnderRange: "change-under-range"
        case .poisonedTask: "poison"
        case .vanish: "vanish"
        case .late: "late"
        case .partial: "partial"
        case .named: "name"
        case .mediaOrigin: "origin"
        case .extraRow: "row"
        case .replaced: "replace"
        }
    }
}
