import Foundation
import Recordings

/// A span of time that ends now: `24h`, `7d` or `2w`.
///
/// Hours are counted back from now. Days and weeks are whole days: `7d` is today and the seven days before it, so it
/// always includes all calls of the same day last week.
package enum SpanArgument: Sendable {
    case hours(Int)
    case days(Int)

    package init(argument: String) throws {
        if argument.wholeMatch(of: /[0-9]+/) != nil {
            throw ArgumentFault(
                "the unit is missing: give \(argument)h (hours), \(argument)d (days) or \(argument)w (weeks)"
            )
        }
        let digits = argument.dropLast()
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(digits), number > 0, let unit = argument.last, "hdw".contains(unit)
        else { throw ArgumentFault("give hours, days or weeks: 24h, 7d or 2w") }
        self = unit == "h" ? .hours(number) : .days(unit == "d" ? number : number * 7)
        guard days <= ArchiveDay.maxAtOnce else {
            throw ArgumentFault("at most ten years: give \(ArchiveDay.maxAtOnce)d or less")
        }
    }

    private var days: Int {
        switch self {
        case .hours(let count): (count + 23) / 24
        case .days(let count): count
        }
    }

    /// When the span begins.
    package func begin(in timeZone: TimeZone, now: Timestamp) -> Timestamp {
        switch self {
        case .hours(let count): return now - .hours(count)
        case .days(let count):
            let today = ArchiveDay(now, in: timeZone).daysSince1970
            let first = ArchiveDay(daysSince1970: today - Int64(count))
            return first?.interval(in: timeZone).lowerBound ?? Timestamp(millisecondsSince1970: 0)
        }
    }
}
