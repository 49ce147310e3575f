import Recordings

/// A span of time for statistics, in the provider's quarter hours, and in parts that it answers (wxcc-api 8). A pure
/// value.
package struct StatisticsWindow: Sendable, Hashable {
    /// Minutes that a row covers.
    package enum Interval: Int, Sendable, CaseIterable {
        case quarter = 15
        case half = 30
        case hour = 60
    }

    /// The first instant: rounded down.
    package let from: Timestamp
    /// The end, exclusive: rounded up, but not into the future.
    package let to: Timestamp
    /// `nil` for one row over all of it.
    package let interval: Interval?

    private static let quarter: Int64 = 15 * 60_000
    /// A request must span less than 24 hours; half of that is a multiple of every interval.
    private static let longestPart = Duration.hours(12)

    /// 36 months and some days: the provider keeps nothing for longer, and each half day is a request.
    private static let longestSpan = Duration.hours(1100 * 24)

    /// Rounds to whole intervals, as the provider would, but outwards, so that nothing is left out.
    /// - Throws: `rejected` if no part of it is over yet, or if it is longer than the provider keeps anything.
    package init(
        from: Timestamp,
        to: Timestamp,
        interval: Interval? = nil,
        now: Timestamp
    ) throws(ProviderError) {
        let step = interval.map { Int64($0.rawValue) * 60_000 } ?? Self.quarter
        let latest = Self.floor(now, Self.quarter)
        let end = min(Self.floor(to + .milliseconds(step - 1), step), latest)
        self.from = Self.floor(from, step)
        self.to = end
        self.interval = interval
        guard from + Self.longestSpan >= end else {
            throw ProviderError(
                .rejected,
                "the time from \(from) to \(end) is longer than the provider keeps statistics",
                advice: "ask about 36 months at most"
            )
        }
        guard self.from < end else {
            throw ProviderError(
                .rejected,
                "there are no statistics yet of the time between \(from) and \(to)",
                advice: "they are kept by quarters of hours that are over"
            )
        }
    }

    /// Parts of less than 24 hours each, one after another.
    var parts: [Range<Timestamp>] {
        var parts: [Range<Timestamp>] = []
        var start = from
        while start < to {
            let end = min(start + Self.longestPart, to)
            parts.append(start..<end)
            start = end
        }
        return parts
    }

    /// The start of the interval that `time` is in; of all of it if there are no intervals; `nil` outside of it.
    func intervalStart(of time: Timestamp) -> Timestamp? {
        guard time >= from, time < to else { return nil }
        guard let interval else { return from }
        return Self.floor(time, Int64(interval.rawValue) * 60_000)
    }

    private static func floor(_ time: Timestamp, _ step: Int64) -> Timestamp {
        let milliseconds = time.millisecondsSince1970
        return Timestamp(millisecondsSince1970: milliseconds - (milliseconds % step + step) % step)
    }
}
