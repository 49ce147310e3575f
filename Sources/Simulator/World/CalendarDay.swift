import Foundation

/// A calendar day, `2025-11-20`, without a time zone yet.
struct CalendarDay: Hashable, Sendable, Comparable, CustomStringConvertible {
    let year: Int
    let month: Int
    let day: Int

    /// - Returns: `nil` if `text` is not a date that exists, written `YYYY-MM-DD`.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.count == 3, parts.map(\.count) == [4, 2, 2],
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        let components = DateComponents(calendar: Self.calendar(.gmt), year: year, month: month, day: day)
        guard components.isValidDate else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    init(_ moment: Moment, in zone: TimeZone) {
        let parts = Self.calendar(zone).dateComponents([.year, .month, .day], from: moment.date)
        (year, month, day) = (parts.year ?? 1970, parts.month ?? 1, parts.day ?? 1)
    }

    var description: String {
        "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
    }

    /// From this day's first moment in `zone` until the next day's first: 23 to 25 hours.
    func span(in zone: TimeZone) -> Range<Moment> {
        let calendar = Self.calendar(zone)
        let components = DateComponents(year: year, month: month, day: day)
        let start = calendar.startOfDay(for: calendar.date(from: components) ?? .distantPast)
        let end = calendar.date(byAdding: .day, value: 1, to: start) ?? start.addingTimeInterval(86_400)
        return Moment(start)..<Moment(calendar.startOfDay(for: end))
    }

    func advanced(by days: Int) -> CalendarDay {
        let noon = Moment(span(in: .gmt).lowerBound.milliseconds + 12 * 3_600_000)
        return CalendarDay(noon + .seconds(days * 86_400), in: .gmt)
    }

    static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.year, lhs.month, lhs.day) < (rhs.year, rhs.month, rhs.day)
    }

    private static func calendar(_ zone: TimeZone) -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        return calendar
    }
}
