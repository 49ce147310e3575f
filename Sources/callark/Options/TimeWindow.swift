import Archiver
import Foundation
import Recordings

/// The time that a command works on, from its options (``WindowOptions``).
struct TimeWindow {
    /// How it was given.
    enum Extent: Equatable {
        /// Not at all.
        case any
        case day(ArchiveDay)
        /// `nil` leaves an end open.
        case between(from: Timestamp?, to: Timestamp?)
    }

    let extent: Extent
    let timeZone: TimeZone
    let now: Timestamp

    init(_ extent: Extent, in timeZone: TimeZone, now: Timestamp) {
        self.extent = extent
        self.timeZone = timeZone
        self.now = now
    }

    /// The calendar day, if one was given: the manifest knows the day of each task, even if the time zone has changed
    /// since.
    var day: ArchiveDay? {
        if case .day(let day) = extent { day } else { nil }
    }

    /// The instants, if no day was given; an open end reaches as far as any call can.
    var range: Range<Timestamp>? {
        guard case .between(let from, let to) = extent else { return nil }
        let begin = from ?? min(.distantPast, to ?? .distantPast)
        return begin..<(to ?? max(.distantFuture, begin))
    }

    /// The instants, also if a day was given.
    var instants: Range<Timestamp>? { day?.interval(in: timeZone) ?? range }

    /// Whether its end is open.
    var isOpenEnded: Bool {
        switch extent {
        case .any: true
        case .day: false
        case .between(_, let to): to == nil
        }
    }

    /// The calendar days that it overlaps; without an end, up to today. `nil` if it has no beginning.
    var days: ClosedRange<ArchiveDay>? {
        switch extent {
        case .any: return nil
        case .day(let day): return day...day
        case .between(let from, let to):
            guard let from else { return nil }
            let first = ArchiveDay(from, in: timeZone)
            let last = ArchiveDay(to.map { $0 - .milliseconds(1) } ?? now, in: timeZone)
            return first...max(first, last)
        }
    }

    /// A message that all of it is in the future; `nil` if it is not.
    var future: String? {
        guard let begin = instants?.lowerBound, begin > now else { return nil }
        return "\(day?.description ?? begin.named(in: timeZone)) is in the future"
    }

    /// For people: `on 2026-11-28`, `from 2026-11-01 00:00 UTC`; `nil` if no time was given.
    var words: String? {
        switch extent {
        case .any: return nil
        case .day(let day): return "on \(day)"
        case .between(let from, let to):
            let ends = [from.map { "from \($0.named(in: timeZone))" }, to.map { "before \($0.named(in: timeZone))" }]
            return ends.compactMap(\.self).joined(separator: " ")
        }
    }

    /// The same as a request for a pass.
    var request: PassWindow.Request {
        switch extent {
        case .any: .sinceLastPass
        case .day(let day): .day(day)
        case .between(let from, let to): .between(from: from, to: to)
        }
    }
}

extension Timestamp {
    /// Before any call.
    fileprivate static let distantPast = Timestamp(millisecondsSince1970: 0)
    /// After any call: the end of the year 9999.
    fileprivate static let distantFuture = Timestamp(millisecondsSince1970: 253_402_300_800_000)
}
