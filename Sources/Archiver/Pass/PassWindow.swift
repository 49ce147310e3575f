import Foundation
import Recordings

/// The span of `createdTime` that a pass looks at, from its first instant up to but not including its last.
package struct PassWindow: Hashable, Sendable {
    package let range: Range<Timestamp>
    /// Whether someone named the window, rather than it following from the last pass.
    package let isExplicit: Bool
    /// Whether it ends at the present rather than at a given time: then it ends where the listing does.
    package let endsNow: Bool

    package init(range: Range<Timestamp>, isExplicit: Bool, endsNow: Bool = false) {
        self.range = range
        self.isExplicit = isExplicit
        self.endsNow = endsNow
    }

    /// The same window, ending at `time` at the latest.
    func ending(by time: Timestamp) -> PassWindow {
        let end = max(range.lowerBound, min(range.upperBound, time))
        return PassWindow(range: range.lowerBound..<end, isExplicit: isExplicit, endsNow: endsNow)
    }

    /// The request on the command line.
    package enum Request: Hashable, Sendable {
        case sinceLastPass
        case day(ArchiveDay)
        /// `to` is `nil` for "until now".
        case between(from: Timestamp?, to: Timestamp?)
    }

    /// How far back and how late a window may reach.
    package struct Rules: Hashable, Sendable {
        package var timeZone: TimeZone
        /// How far before the end of the last pass the next one begins, because what the provider says about a task
        /// settles late (wxcc-api 5).
        package var lookBack: Duration
        /// How far back the very first pass reaches.
        package var firstReach: Duration
        /// The newest tasks are left for the next pass: the provider's clock may be behind ours (wxcc-api 16).
        package var settlingMargin: Duration

        package init(
            timeZone: TimeZone,
            lookBack: Duration,
            firstReach: Duration,
            settlingMargin: Duration = .seconds(60)
        ) {
            self.timeZone = timeZone
            self.lookBack = lookBack
            self.firstReach = firstReach
            self.settlingMargin = settlingMargin
        }
    }

    /// Computes the window for a request made at `now`, with the listing complete up to `listedThrough`.
    /// - Throws: ``ArchiverError`` with code `badWindow` for a day or a time in the future, for an empty span, and for
    ///   one that is longer than ten years.
    package static func resolve(
        _ request: Request,
        rules: Rules,
        listedThrough: Timestamp?,
        now: Timestamp
    ) throws(ArchiverError) -> PassWindow {
        let latest = now - rules.settlingMargin
        switch request {
        case .sinceLastPass:
            let begin = listedThrough.map { min($0, latest) - rules.lookBack } ?? firstBegin(rules: rules, now: now)
            return PassWindow(range: min(begin, latest)..<latest, isExplicit: false, endsNow: true)
        case .day(let day):
            let interval = day.interval(in: rules.timeZone)
            guard interval.lowerBound < now else {
                throw ArchiverError(.badWindow, "the day \(day) is in the future")
            }
            let end = min(interval.upperBound, max(latest, interval.lowerBound))
            let endsNow = end < interval.upperBound
            return PassWindow(range: interval.lowerBound..<end, isExplicit: true, endsNow: endsNow)
        case .between(let from, let to):
            let begin = from ?? listedThrough.map { $0 - rules.lookBack } ?? firstBegin(rules: rules, now: now)
            let end = to ?? latest
            let zone = rules.timeZone
            guard begin < now else {
                throw ArchiverError(.badWindow, "the time range begins in the future, at \(begin.named(in: zone))")
            }
            guard begin < end || (to == nil && begin == end) else {
                throw ArchiverError(
                    .badWindow,
                    "the time range begins at \(begin.text(in: zone)), not before its end, \(end.named(in: zone))"
                )
            }
            let range = begin..<max(begin, min(end, latest))
            guard range.upperBound <= begin + .hours(24 * Int(ArchiveDay.maxAtOnce + 1)) else {
                throw ArchiverError(
                    .badWindow,
                    "the time range from \(begin.text(in: zone)) is too long: at most ten years at once"
                )
            }
            return PassWindow(range: range, isExplicit: true, endsNow: to == nil || end > latest)
        }
    }

    /// Midnight, so that the first day is a whole one.
    private static func firstBegin(rules: Rules, now: Timestamp) -> Timestamp {
        ArchiveDay(now - rules.firstReach, in: rules.timeZone).interval(in: rules.timeZone).lowerBound
    }
}
