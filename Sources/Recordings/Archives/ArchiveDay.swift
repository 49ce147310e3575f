import Foundation

/// A calendar day in the archive's time zone: the day that a call belongs to, by its task's `createdTime`.
package struct ArchiveDay: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    package let day: Int

    /// The day that `instant` falls on in `timeZone`. The only place where an instant becomes a day.
    package init(_ instant: Timestamp, in timeZone: TimeZone) {
        // Computed from the local time with whole numbers, because there are hundreds of thousands of tasks.
        let wall = instant + .seconds(timeZone.secondsFromGMT(for: instant.date))
        let date = CivilDate(daysSince1970: wall.daysSince1970)
        (year, month, day) = (Int(date.year), Int(date.month), Int(date.day))
    }

    /// For days that are known to exist; input from outside uses the other initialisers.
    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `2025-11-20`.
    /// - Returns: `nil` if `text` has another form or names a day that does not exist.
    package init?(_ text: some StringProtocol) {
        let digits = Array(text.utf8.prefix(11))
        guard digits.count == 10, digits[4] == UInt8(ascii: "-"), digits[7] == UInt8(ascii: "-"),
            let year = Self.number(digits[0..<4]), let month = Self.number(digits[5..<7]),
            let day = Self.number(digits[8..<10]),
            (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let date = CivilDate(
            daysSince1970: CivilDate(year: Int64(year), month: Int64(month), day: Int64(day)).daysSince1970
        )
        // A day that the month does not have becomes a day of another month.
        guard date.month == month else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// `nil` if not all of them are digits. Written by hand for speed, because every line of metadata has a day.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }

    /// `2025-11-20`.
    package var description: String {
        "\(Self.padded(year, to: 4))-\(Self.padded(month, to: 2))-\(Self.padded(day, to: 2))"
    }

    /// The year in four digits, as in paths.
    package var yearText: String { Self.padded(year, to: 4) }

    /// The month in two digits, as in paths.
    package var monthText: String { Self.padded(month, to: 2) }

    /// When the day begins and ends in `timeZone`: 23, 24 or 25 hours, as its clocks change.
    package func interval(in timeZone: TimeZone) -> Range<Timestamp> {
        let calendar = Calendar.gregorian(in: timeZone)
        let noon = calendar.date(from: DateComponents(year: year, month: month, day: day, hour: 12)) ?? .distantPast
        let begin = calendar.startOfDay(for: noon)
        let next = calendar.date(byAdding: .day, value: 1, to: noon) ?? .distantFuture
        return Timestamp(begin)..<Timestamp(calendar.startOfDay(for: next))
    }

    /// The calendar day after this one.
    package var next: ArchiveDay {
        ArchiveDay(interval(in: .gmt).upperBound, in: .gmt)
    }

    /// The calendar day before this one; `nil` before the first possible one.
    package var previous: ArchiveDay? { ArchiveDay(daysSince1970: daysSince1970 - 1) }

    /// All days from this one to `last`, both included; none if that is earlier.
    package func through(_ last: ArchiveDay) -> [ArchiveDay] {
        guard self <= last else { return [] }
        return (daysSince1970...last.daysSince1970).compactMap { ArchiveDay(daysSince1970: $0) }
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.year, lhs.month, lhs.day) < (rhs.year, rhs.month, rhs.day)
    }

    private static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension ArchiveDay: CodedAsText {}

extension Calendar {
    fileprivate static func gregorian(in timeZone: TimeZone) -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        return calendar
    }
}
