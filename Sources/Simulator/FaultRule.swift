/// Something that goes wrong on purpose: where, how often and what.
package struct FaultRule: Sendable {
    /// How often a rule applies to the requests that it concerns.
    package enum Trigger: Sendable, Hashable {
        case always
        /// The first so many of them, counted from when the rule was given.
        case first(Int)
        /// That share of them (0…1), drawn from the world's seed.
        case share(Double)
    }

    /// Where.
    package var endpoint: Endpoint
    /// How often.
    package var trigger: Trigger
    /// What.
    package var fault: Fault
    /// Concerns only requests whose path contains this, such as a recording's identifier.
    package var pathContains: String?

    /// `fault` at `endpoint` as often as `trigger` says, on paths that contain `pathContains` only.
    package init(_ endpoint: Endpoint, _ trigger: Trigger, _ fault: Fault, pathContains: String? = nil) {
        self.endpoint = endpoint
        self.trigger = trigger
        self.fault = fault
        self.pathContains = pathContains
    }
}

/// The parts of the simulated provider.
package enum Endpoint: String, Sendable, Hashable, CaseIterable {
    case token, authorize, tasks, activities, captures, organization, media
    /// What only the simulator has, below `/simulator`.
    case simulator
    /// Paths that nothing serves.
    case unknown
}

/// What can go wrong with one answer.
package enum Fault: Sendable, Hashable {
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
    /// 200 and nothing, with `Content-Length: 0`.
    case emptyBody
    /// The connection is closed after so many bytes of the body.
    case truncate(afterBytes: Int)
    /// The body ends early and is declared to be as short as that.
    case shortened(toBytes: Int)
    /// The connection is reset (TCP RST) after so many bytes of the body.
    case reset(afterBytes: Int)
    /// Nothing is sent for that long after so many bytes of the body.
    case stall(afterBytes: Int, Duration)
    /// The body comes at this pace.
    case slow(bytesPerSecond: Int)
    /// The body has no declared length.
    case chunked
    /// `Range` is ignored: 200 and the whole.
    case ignoreRange
    /// Each answer is of another version of the object: other bytes, another `ETag`.
    case changingETag
}
