import Recordings

/// A calendar month.
struct Month: Sendable, Hashable, Comparable, CustomStringConvertible {
    let year: Int
    /// From 1.
    let month: Int

    init(year: Int, month: Int) {
        self.year = year
        self.month = month
    }

    init(_ day: ArchiveDay) { self.init(year: day.year, month: day.month) }

    /// Reads `2026-10`.
    init?(_ text: String) {
        guard let day = ArchiveDay("\(text)-01") else { return nil }
        self.init(day)
    }

    /// `2026-10`.
    var description: String { String(firstDay.dropLast(3)) }

    /// `2026-10-01`.
    var firstDay: String {
        let (year, month) = (String(year), String(month))
        return String(repeating: "0", count: 4 - year.count) + "\(year)-\(month.count < 2 ? "0" : "")\(month)-01"
    }

    /// Its days; none if it is no month of the calendar.
    var days: [ArchiveDay] {
        guard var day = ArchiveDay(firstDay) else { return [] }
        var days: [ArchiveDay] = []
        while Month(day) == self {
            days.append(day)
            day = day.next
        }
        return days
    }

    func advanced(by months: Int) -> Month {
        let count = year * 12 + month - 1 + months
        return Month(year: count / 12, month: count % 12 + 1)
    }

    static func < (lhs: Month, rhs: Month) -> Bool { (lhs.year, lhs.month) < (rhs.year, rhs.month) }

    static func all(from first: Month, through last: Month) -> [Month] {
        var months: [Month] = []
        var month = first
        while month <= last {
            months.append(month)
            month = month.advanced(by: 1)
        }
        return months
    }
}
