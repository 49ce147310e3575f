import Foundation

/// An instant as the provider writes it: whole milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let millisecondsSince1970: Int64

    package init(millisecondsSince1970: Int64) {
        self.millisecondsSince1970 = millisecondsSince1970
    }

    /// The millisecond that `date` falls into.
    package init(_ date: Date) {
        // A date is a binary fraction of seconds and can fall short of the millisecond it was made of by some 1e-7 s.
        let microseconds = (date.timeIntervalSince1970 * 1_000_000).rounded()
        millisecondsSince1970 = Int64((microseconds / 1000).rounded(.down))
    }

    /// The instant for Foundation's calendars.
    package var date: Date { Date(timeIntervalSince1970: Double(millisecondsSince1970) / 1000) }

    /// ISO 8601 in UTC with milliseconds: `2025-11-20T08:00:00.123Z`.
    package var description: String {
        let (days, inDay) = millisecondsSince1970.flooredQuotientAndRemainder(dividingBy: 86_400_000)
        let date = CivilDate(daysSince1970: days)
        let time = [inDay / 3_600_000, inDay / 60_000 % 60, inDay / 1000 % 60].map { Self.digits($0, 2) }
        let day = [Self.digits(date.year, 4), Self.digits(date.month, 2), Self.digits(date.day, 2)]
        return "\(day.joined(separator: "-"))T\(time.joined(separator: ":")).\(Self.digits(inDay % 1000, 3))Z"
    }

    /// Whole days since 1970-01-01T00:00:00Z, rounded down.
    var daysSince1970: Int64 { millisecondsSince1970.flooredQuotientAndRemainder(dividingBy: 86_400_000).quotient }

    private static func digits(_ number: Int64, _ width: Int) -> String {
        let digits = String(number.magnitude)
        return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.millisecondsSince1970 < rhs.millisecondsSince1970 }

    /// The instant that is `duration` later, to the millisecond.
    package static func + (lhs: Self, duration: Duration) -> Self {
        Self(millisecondsSince1970: lhs.millisecondsSince1970 + duration.milliseconds)
    }

    /// The instant that is `duration` earlier, to the millisecond.
    package static func - (lhs: Self, duration: Duration) -> Self {
        Self(millisecondsSince1970: lhs.millisecondsSince1970 - duration.milliseconds)
    }

    /// How long after `rhs` this instant is; negative where it is earlier.
    package static func - (lhs: Self, rhs: Self) -> Duration {
        .milliseconds(lhs.millisecondsSince1970 - rhs.millisecondsSince1970)
    }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(millisecondsSince1970: try decoder.singleValueContainer().decode(Int64.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(millisecondsSince1970)
    }
}

extension Int64 {
    /// Rounded towards negative infinity, so that the remainder is never negative.
    fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension Duration {
    /// Whole milliseconds, what is over dropped.
    package var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// Seconds with their fraction.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    /// `count` minutes of sixty seconds.
    package static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }

    /// `count` hours of sixty minutes.
    package static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
}
