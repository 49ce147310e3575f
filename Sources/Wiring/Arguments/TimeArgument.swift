import Foundation
import Recordings

/// A time: ISO 8601 with or without an offset, a day, or epoch milliseconds. A time without an offset is in the archive's
/// time zone, which is known only once the configuration has been read.
package struct TimeArgument: Sendable {
    package let text: String

    /// Refuses text that is not a time in any time zone.
    package init(argument: String) throws {
        text = argument
        guard instant(in: .gmt, today: .anyDay) == nil else { return }
        if argument.wholeMatch(of: /[0-9]+/) != nil {
            throw ArgumentFault("epoch milliseconds have 13 digits; give those, or a time such as 2025-11-20T08:00")
        }
        throw ArgumentFault(
            argument.wholeMatch(of: Self.form) != nil || argument.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil
                ? "there is no such time; give 2025-11-20, 2025-11-20T08:00 or 2025-11-20T08:00:00+01:00"
                : "give a time: 2025-11-20, 2025-11-20T08:00, 2025-11-20T08:00:00Z, today, yesterday or epoch milliseconds"
        )
    }

    /// The instant of the time; for a day, its first instant.
    /// - Returns: `nil` if the clocks of `timeZone` never show the time.
    package func instant(in timeZone: TimeZone, now: Timestamp) -> Timestamp? {
        instant(in: timeZone, today: ArchiveDay(now, in: timeZone))
    }

    private func instant(in timeZone: TimeZone, today: ArchiveDay) -> Timestamp? {
        if let day = DayArgument(text) { return day.day(today: today).interval(in: timeZone).lowerBound }
        if let milliseconds = Int64(text) {
            // Epoch seconds given by mistake would mean 1970, for which the provider lists nothing (wxcc-api 1).
            guard milliseconds >= 1_000_000_000_000, milliseconds < 10_000_000_000_000 else { return nil }
            return Timestamp(millisecondsSince1970: milliseconds)
        }
        // Foundation accepts 30 February as 2 March, and 25:00 as 1:00 on the next day.
        guard let parts = text.wholeMatch(of: Self.form), ArchiveDay(parts.output.day) != nil,
            Int(parts.output.hour) ?? 24 < 24, Int(parts.output.minute) ?? 60 < 60,
            parts.output.second.map({ Int($0) ?? 60 < 60 }) ?? true
        else { return nil }
        // Foundation reads no `+01`, and no time without seconds.
        let offset = parts.output.offset.map { $0.count == 3 ? "\($0):00" : "\($0)" }
        let clock = "\(parts.output.start)\(parts.output.seconds ?? ":00")\(offset ?? "")"
        for fraction in [false, true] {
            var style = Date.ISO8601FormatStyle(includingFractionalSeconds: fraction, timeZone: timeZone)
                .year().month().day().dateTimeSeparator(.standard).time(includingFractionalSeconds: fraction)
            if let offset {
                style = style.timeZone(separator: offset.contains(":") || offset == "Z" ? .colon : .omitted)
            }
            if let date = try? style.parse(clock) { return Timestamp(date) }
        }
        return nil
    }

    private static var form:
        Regex<
            (
                Substring, start: Substring, day: Substring, hour: Substring, minute: Substring, seconds: Substring?,
                second: Substring?, offset: Substring?
            )
        >
    {
        /(?<start>(?<day>\d{4}-\d\d-\d\d)T(?<hour>\d\d):(?<minute>\d\d))(?<seconds>:(?<second>\d\d)(?:\.\d+)?)?(?<offset>Z|[+-]\d\d(?::?\d\d)?)?/
    }
}

extension ArchiveDay {
    /// A stand-in for today when only the form of an argument is checked.
    fileprivate static let anyDay = ArchiveDay(Timestamp(millisecondsSince1970: 0), in: .gmt)
}
