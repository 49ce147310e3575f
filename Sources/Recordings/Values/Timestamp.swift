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
        millisecondsSince1970 = Int64(clamping: (microseconds / 1000).rounded(.down))
    }

    /// The instants that can be times of calls: from 2001 to the end of 9999, in milliseconds since 1970. Smaller values
    /// are seconds, or a 0 or -1 that means "none".
    package static let plausibleMilliseconds: ClosedRange<Int64> = 1_000_000_000_000...253_402_300_799_999

    /// The instant for Foundation's calendars.
    package var date: Date { Date(timeIntervalSince1970: Double(millisecondsSince1970) / 1000) }

    /// ISO 8601 in UTC with milliseconds: `2025-11-20T08:00:00.123Z`.
    package var description: String {
        let (days, inDay) = millisecondsSince1970.flooredQuotientAndRemainder(dividingBy: 86_400_000)
        let date = CivilDate(daysSince1970: days)
        // Written out: each line of metadata has several.
        var text: [UInt8] = []
        text.reserveCapacity(24)
        Self.append(date.year, width: 4, to: &text)
        Self.append(date.month, width: 2, after: "-", to: &text)
        Self.append(date.day, width: 2, after: "-", to: &text)
        Self.append(inDay / 3_600_000, width: 2, after: "T", to: &text)
        Self.append(inDay / 60_000 % 60, width: 2, after: ":", to: &text)
        Self.append(inDay / 1000 % 60, width: 2, after: ":", to: &text)
        Self.append(inDay % 1000, width: 3, after: ".", to: &text)
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// Whole days since 1970-01-01T00:00:00Z, rounded down.
    var daysSince1970: Int64 { millisecondsSince1970.flooredQuotientAndRemainder(dividingBy: 86_400_000).quotient }

    private static func append(
        _ number: Int64,
        width: Int,
        after separator: Unicode.Scalar? = nil,
        to text: inout [UInt8]
    ) {
        if let separator { text.append(UInt8(ascii: separator)) }
        if number < 0 { text.append(UInt8(ascii: "-")) }
        var unit: UInt64 = 1
        for _ in 1..<width { unit *= 10 }
        while number.magnitude / unit >= 10 { unit *= 10 }
        while unit > 0 {
            text.append(UInt8(ascii: "0") + UInt8(number.magnitude / unit % 10))
            unit /= 10
        }
    }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.millisecondsSince1970 < rhs.millisecondsSince1970 }

    /// The instant that is `duration` later, to the millisecond; at most the last possible one.
    package static func + (lhs: Self, duration: Duration) -> Self {
        Self(millisecondsSince1970: lhs.millisecondsSince1970.addingWithSaturation(duration.milliseconds))
    }

    /// The instant that is `duration` earlier, to the millisecond; at least the first possible one.
    package static func - (lhs: Self, duration: Duration) -> Self {
        Self(millisecondsSince1970: lhs.millisecondsSince1970.subtractingWithSaturation(duration.milliseconds))
    }

    /// How long after `rhs` this instant is; negative if it is earlier.
    package static func - (lhs: Self, rhs: Self) -> Duration {
        .milliseconds(lhs.millisecondsSince1970.subtractingWithSaturation(rhs.millisecondsSince1970))
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
    /// Whole milliseconds, rounded towards zero; limited to the range of `Int64`.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflows) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflows else { return seconds < 0 ? .min : .max }
        return product.addingWithSaturation(attoseconds / 1_000_000_000_000_000)
    }

    /// Seconds with their fraction.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    /// `count` minutes of sixty seconds.
    package static func minutes(_ count: Int) -> Duration { .seconds(1) * 60 * count }

    /// `count` hours of sixty minutes.
    package static func hours(_ count: Int) -> Duration { .seconds(1) * 3600 * count }
}
