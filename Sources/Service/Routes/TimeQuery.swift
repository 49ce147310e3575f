import Foundation
import HTTPTypes
import Recordings
import Wiring

/// The parameters that select a time range. They work like the options of the command line.
struct TimeQuery: Sendable {
    /// `day`, `month`, `last`, `from`, `to`.
    static let parameters: Set<String> = ["day", "month", "last", "from", "to"]

    /// The calendar day, if one was given.
    let day: ArchiveDay?
    /// The range of instants, if another parameter was given. If an end is open, the range reaches as far as any call can.
    let window: Range<Timestamp>?
    /// The calendar days of the range, through today if its end is open; `nil` if it has no beginning.
    let days: ClosedRange<ArchiveDay>?

    private static let farthest = Timestamp(millisecondsSince1970: 253_402_300_800_000)

    /// - Throws: a ``Problem`` with status 400.
    init(_ query: QueryItems, in timeZone: TimeZone, now: Timestamp) throws(Problem) {
        let given =
            ["day", "month", "last"].filter { query[$0] != nil }
            + (query["from"] != nil || query["to"] != nil ? ["from and to"] : [])
        guard given.count < 2 else {
            throw Problem(.badRequest, "bad_parameter", "\(given.joined(separator: ", ")) exclude each other")
        }
        let today = ArchiveDay(now, in: timeZone)
        if let day = try Self.read("day", query, DayArgument.init(argument:))?.day(today: today) {
            (self.day, window, days) = (day, nil, day...day)
            return
        }
        day = nil
        if let month = try Self.read("month", query, MonthArgument.init(argument:))?.days(today: today) {
            days = month
            let from = month.lowerBound.interval(in: timeZone).lowerBound
            window = from..<month.upperBound.interval(in: timeZone).upperBound
            return
        }
        var from = try Self.read("last", query, SpanArgument.init(argument:))?.begin(in: timeZone, now: now)
        if from == nil { from = try Self.instant("from", query, timeZone, now) }
        let to = try Self.instant("to", query, timeZone, now)
        guard from != nil || to != nil else {
            (window, days) = (nil, nil)
            return
        }
        if let from, let to, from >= to {
            throw Problem(.badRequest, "bad_parameter", "from is not before to")
        }
        let begin = from ?? min(Timestamp(millisecondsSince1970: 0), to ?? Self.farthest)
        window = begin..<(to ?? max(Self.farthest, begin))
        guard let from else {
            days = nil
            return
        }
        let first = ArchiveDay(from, in: timeZone)
        days = first...max(first, ArchiveDay(to.map { $0 - .milliseconds(1) } ?? now, in: timeZone))
    }

    private static func instant(
        _ name: String,
        _ query: QueryItems,
        _ timeZone: TimeZone,
        _ now: Timestamp
    ) throws(Problem) -> Timestamp? {
        guard let argument = try read(name, query, TimeArgument.init(argument:)) else { return nil }
        guard let instant = argument.instant(in: timeZone, now: now) else {
            throw Problem(.badRequest, "bad_parameter", "\(name): there is no such time in \(timeZone.identifier)")
        }
        return instant
    }

    /// Parses a parameter as the command line parses the option of the same name.
    static func read<Value>(
        _ name: String,
        _ query: QueryItems,
        _ read: (String) throws -> Value
    ) throws(Problem) -> Value? {
        guard let text = query[name] else { return nil }
        do {
            return try read(text)
        } catch {
            throw Problem(.badRequest, "bad_parameter", "\(name): \(error)")
        }
    }
}
