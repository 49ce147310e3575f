import Reports
import ArgumentParser
import Foundation
import Recordings
import Settings
import Wiring

/// The options that select a time: `--day`, `--month`, `--last`, or `--from` and `--to`.
struct WindowOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: "A calendar day in the archive's time zone: 2025-11-20, today or yesterday.",
        transform: DayArgument.init(argument:)
    )
    var day: DayArgument?

    @Option(
        parsing: .unconditional,
        help: "A calendar month in the archive's time zone: 2025-11, this or last.",
        transform: MonthArgument.init(argument:)
    )
    var month: MonthArgument?

    @Option(
        parsing: .unconditional,
        help: "The time up to now: 24h, 7d (today and the 7 days before) or 2w.",
        transform: SpanArgument.init(argument:)
    )
    var last: SpanArgument?

    @Option(
        parsing: .unconditional,
        help: "At or after this time: 2025-11-20, 2025-11-20T08:00, yesterday, or epoch milliseconds.",
        transform: TimeArgument.init(argument:)
    )
    var from: TimeArgument?

    @Option(
        parsing: .unconditional,
        help: "Before this time; a day means its first instant.",
        transform: TimeArgument.init(argument:)
    )
    var to: TimeArgument?

    func validate() throws {
        let given = [
            ("--day", day != nil), ("--month", month != nil), ("--last", last != nil),
            (from == nil ? "--to" : "--from", from != nil || to != nil),
        ]
        .filter(\.1).map(\.0)
        if given.count > 1 {
            throw ValidationError(
                "\(given[0]) and \(given[1]) exclude each other: give one of --day, --month, --last, or --from and --to"
            )
        }
    }

    /// Whether any of them was given.
    var isGiven: Bool { hasBeginning || to != nil }

    /// Whether they determine the beginning of the window.
    var hasBeginning: Bool { day != nil || month != nil || last != nil || from != nil }

    /// The time that is meant, given the archive's time zone and the present.
    /// - Throws: ``CommandError`` with exit code 64 if the window ends before it begins.
    func window(in timeZone: TimeZone, now: Timestamp) throws -> TimeWindow {
        let today = ArchiveDay(now, in: timeZone)
        if let day { return TimeWindow(.day(day.day(today: today)), in: timeZone, now: now) }
        if let month {
            let days = month.days(today: today)
            let from = days.lowerBound.interval(in: timeZone).lowerBound
            let to = days.upperBound.interval(in: timeZone).upperBound
            return TimeWindow(.between(from: from, to: to), in: timeZone, now: now)
        }
        let from = try last?.begin(in: timeZone, now: now) ?? from?.timestamp(in: timeZone, now: now)
        let to = try to?.timestamp(in: timeZone, now: now)
        if let from, let to, from >= to {
            throw CommandError(
                .usage,
                "the time range begins at \(from.text(in: timeZone)), not before its end, \(to.named(in: timeZone))"
            )
        }
        return TimeWindow(from == nil && to == nil ? .any : .between(from: from, to: to), in: timeZone, now: now)
    }
}

extension WindowOptions {
    /// The time that is meant, in an installation.
    func window(in installation: Installation) throws -> TimeWindow {
        try window(in: installation.timeZone, now: installation.now)
    }
}
