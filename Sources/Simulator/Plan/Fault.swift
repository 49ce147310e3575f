/// What can go wrong: with one answer, or with what the provider lists and holds of a recording.
package enum Fault: Sendable, Hashable {
    // MARK: With one answer

    /// That status instead of the answer.
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
    /// 429 for that long by the simulator's clock from the first request on, to everybody who asks before it is over;
    /// with `Retry-After` where `tells` (wxcc-api 4.4).
    case throttle(Duration, tells: Bool)
    /// What the token endpoint says to a refresh token that is not good any more (wxcc-api 3.6).
    case refusedGrant(TokenRules.ErrorShape)
    /// 200 and nothing, with `Content-Length: 0`.
    case emptyBody
    /// The connection is closed after so many bytes of the body.
    case truncate(afterBytes: Int)
    /// The same without a declared length: the chunks end without the last one.
    case truncateChunked(afterBytes: Int)
    /// The body ends early and is declared to be as short as that.
    case shortened(toBytes: Int)
    /// Only that share (0…1) of the recording is served, as if it were all of it: what a cache has that was cut off.
    case cut(share: Double, tag: CutTag)
    /// The connection is reset (TCP RST) after so many bytes of the body.
    case reset(afterBytes: Int)
    /// Nothing is sent for that long after so many bytes of the body.
    case stall(afterBytes: Int, Duration)
    /// The body comes at this pace.
    case slow(bytesPerSecond: Int)
    /// The answer begins that much later.
    case delay(Duration)
    /// The body has no declared length.
    case chunked
    /// `Range` is ignored: 200 and the whole.
    case ignoreRange
    /// Each answer is of another version of the object: other bytes, another `ETag`.
    case changingETag
    /// The same, and `If-Match` is ignored: a range is one of the other version.
    case changingUnderRange

    // MARK: With what is asked for

    /// That status to every captures/query that names such a task (``FaultRule/pathContains``, or a share of the
    /// tasks), alone or among others.
    case poisonedTask(status: Int)

    // MARK: With what is listed

    /// The recording is not there, as after the provider's purge: neither listed nor served.
    case vanish
    /// The recording appears that much later than it would.
    case late(Duration)
    /// For that long after it has appeared, only that share (0…1) of the recording is there, and its stop time says so.
    case partial(share: Double, Duration)
    /// The recording's file has that name.
    case named(String)
    /// The recording's URL begins with that scheme, host and port instead of the simulator's.
    case mediaOrigin(String)
    /// The list called `data` has one row more at its end; `{from}`, `{to}` and `{to+1}` in its text are the question's bounds,
    /// the last one a millisecond later.
    case extraRow(String)
    /// A text of the answer is another one, such as a name with a line feed in it.
    case replaced(String, with: String)

    /// What `ETag` a recording that is cut off comes with.
    package enum CutTag: String, Sendable, Hashable, CaseIterable {
        /// One of its own, as if the part were the object.
        case own
        /// The whole one's, as a cache has it that kept the head and lost the rest.
        case whole
        /// None, but the whole one's date.
        case date
        /// None, and no date either.
        case none
    }

    /// Whether it is about recordings as they are listed, rather than about requests: such a fault holds for as long as
    /// its rule does, and counts no requests.
    package var isOfListing: Bool {
        switch self {
        case .vanish, .late, .partial, .named, .mediaOrigin: true
        default: false
        }
    }

    /// What the counters call it, which is also its name in a fault plan; a status is its number.
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
