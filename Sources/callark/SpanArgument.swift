import ArgumentParser
import Foundation
import Recordings

/// A span of time up to now on the command line: `24h`, `7d` or `2w`.
///
/// Hours are counted back from now. Days and weeks are whole days: `7d` is today and the seven days before it, so that
/// a call of exactly a week ago is in it at any time of the day.
enum SpanArgument: ExpressibleByArgument {
    case hours(Int)
    case days(Int)

    init?(argument: String) {
        let digits = argument.dropLast()
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(digits), number > 0
        else { return nil }
        switch argument.last {
        case "h": self = .hours(number)
        case "d": self = .days(number)
        case "w": self = .days(number * 7)
        default: return nil
        }
    }

    /// When the span begins.
    func begin(in timeZone: TimeZone, now: Timestamp) -> Timestamp {
        switch self {
        case .hours(let count): return now - .hours(count)
        case .days(let count):
            let today = ArchiveDay(now, in: timeZone).daysSince1970
            let first = ArchiveDay(daysSince1970: today - Int64(count))
            return first?.interval(in: timeZone).lowerBound ?? Timestamp(millisecondsSince1970: 0)
        }
    }
}
