import Foundation

/// A point in the simulator's time: milliseconds since 1970, as the provider counts.
package struct Moment: Hashable, Sendable, Comparable {
    package var milliseconds: Int64

    package init(_ milliseconds: Int64) { self.milliseconds = milliseconds }
    package init(_ date: Date) { milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded()) }

    package var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }

    func advanced(by milliseconds: Int64) -> Moment { Moment(self.milliseconds + milliseconds) }
    func distance(to other: Moment) -> Int64 { other.milliseconds - milliseconds }

    package static func < (lhs: Moment, rhs: Moment) -> Bool { lhs.milliseconds < rhs.milliseconds }

    package static func + (lhs: Moment, rhs: Duration) -> Moment { lhs.advanced(by: rhs.milliseconds) }
    package static func - (lhs: Moment, rhs: Duration) -> Moment { lhs.advanced(by: -rhs.milliseconds) }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero.
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
