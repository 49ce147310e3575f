import Foundation

/// A point in the simulator's time: milliseconds since 1970, as the provider counts.
package struct Moment: Hashable, Sendable, Comparable {
    /// Since 1970-01-01T00:00:00Z.
    package var milliseconds: Int64

    /// The moment that many milliseconds after 1970-01-01T00:00:00Z.
    package init(_ milliseconds: Int64) { self.milliseconds = milliseconds }
    /// The moment of `date`, to the nearest millisecond.
    package init(_ date: Date) { milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded()) }

    /// The same for Foundation.
    package var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }

    func advanced(by milliseconds: Int64) -> Moment { Moment(self.milliseconds + milliseconds) }
    func distance(to other: Moment) -> Int64 { other.milliseconds - milliseconds }

    /// Earlier.
    package static func < (lhs: Moment, rhs: Moment) -> Bool { lhs.milliseconds < rhs.milliseconds }

    /// Later by that much.
    package static func + (lhs: Moment, rhs: Duration) -> Moment { lhs.advanced(by: rhs.milliseconds) }
    /// Earlier by that much.
    package static func - (lhs: Moment, rhs: Duration) -> Moment { lhs.advanced(by: -rhs.milliseconds) }
}

extension Moment {
    /// Formats of a time in UTC, for `strftime`; all in whole seconds.
    enum Format: String {
        case iso8601 = "%Y-%m-%dT%H:%M:%SZ"
        /// As in signed URLs: `20251122T060000Z`.
        case compact = "%Y%m%dT%H%M%SZ"
        /// RFC 9110 section 5.6.7.
        case http = "%a, %d %b %Y %H:%M:%S GMT"
    }

    func text(_ format: Format) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return String(unsafeUninitializedCapacity: 40) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { strftime($0.baseAddress, $0.count, format.rawValue, &parts) }
        }
    }

    init?(compact text: String) {
        let digits = text.utf8.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.map { Int32($0 & 15) }
        guard text.utf8.count == 16, digits.count == 14 else { return nil }
        func number(_ range: Range<Int>) -> Int32 { digits[range].reduce(0) { $0 * 10 + $1 } }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (number(0..<4) - 1900, number(4..<6) - 1, number(6..<8))
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (number(8..<10), number(10..<12), number(12..<14))
        milliseconds = Int64(timegm(&parts)) * 1000
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero.
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
