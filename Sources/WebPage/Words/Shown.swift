import Foundation
import Recordings

/// How values look on pages: numbers, sizes, times.
struct Shown: Sendable {
    let timeZone: TimeZone
    let now: Timestamp
    let words: Words

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    /// Groups of three digits, with narrow no-break spaces between them.
    static func number(_ number: some BinaryInteger) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "−" : ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { text.append("\u{202F}") }
            text.append(digit)
        }
        return text
    }

    /// `57.3 MB`.
    static func bytes(_ bytes: Int64) -> String {
        let units = ["bytes", "kB", "MB", "GB", "TB", "PB"]
        var (value, unit) = (Double(bytes), 0)
        while value >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        let text = unit == 0 || value >= 99.95 ? String(format: "%.0f", value) : String(format: "%.1f", value)
        return "\(text) \(units[unit])"
    }

    /// `4 min 07 s`, `1 h 04 min`.
    func duration(_ milliseconds: Int64) -> String {
        let seconds = (milliseconds + 500) / 1000
        if seconds < 60 { return "\(seconds) \(words("unit_s"))" }
        let minutes = seconds / 60
        guard minutes >= 60 else {
            return String(format: "%lld %@ %02lld %@", minutes, words("unit_min"), seconds % 60, words("unit_s"))
        }
        return String(format: "%lld %@ %02lld %@", minutes / 60, words("unit_h"), minutes % 60, words("unit_min"))
    }

    /// The weekday of a day, from 0 for Monday.
    static func weekday(_ day: ArchiveDay) -> Int {
        let noon = day.interval(in: .gmt).lowerBound.date
        return (calendar.component(.weekday, from: noon) + 5) % 7
    }

    func weekdayName(_ day: ArchiveDay) -> String { words("weekday_\(Self.weekday(day))") }

    func monthName(_ month: Int) -> String { words("month_\(month)") }

    /// `Tuesday 24 November 2026`.
    func long(_ day: ArchiveDay) -> String {
        "\(weekdayName(day)) \(day.day) \(monthName(day.month)) \(day.year)"
    }

    /// `Tue 24 Nov`, with the year if it is another one.
    func short(_ day: ArchiveDay) -> String {
        let year = day.year == ArchiveDay(now, in: timeZone).year ? "" : " \(day.year)"
        return "\(weekdayName(day).prefix(3)) \(day.day) \(monthName(day.month).prefix(3))\(year)"
    }

    /// `14:42` or `14:42:07`.
    func clock(_ time: Timestamp, seconds: Bool = false) -> String {
        String(time.text(in: timeZone, seconds: seconds).dropFirst(11))
    }

    /// `today 14:42`, `yesterday 03:31`, `Tue 24 Nov 14:42`.
    func moment(_ time: Timestamp) -> String {
        let (day, today) = (ArchiveDay(time, in: timeZone), ArchiveDay(now, in: timeZone))
        if day == today { return "\(words("today")) \(clock(time))" }
        if day.next == today { return "\(words("yesterday")) \(clock(time))" }
        return "\(short(day)) \(clock(time))"
    }

    /// `3 min ago`, `in 2 days`.
    func distance(_ time: Timestamp) -> String {
        let seconds = (now - time).components.seconds
        let size = abs(seconds)
        let text =
            switch size {
            case ..<60: words("less_than_a_minute")
            case ..<7200: "\(size / 60) \(words("unit_min"))"
            case ..<172_800: "\(size / 3600) \(words("unit_h"))"
            default: words.count("days", Int(size / 86_400))
            }
        return words(seconds >= 0 ? "ago" : "in_time", ["time": text])
    }

    /// The time for machines and for a tooltip: exact, with the zone.
    func exact(_ time: Timestamp) -> String { time.named(in: timeZone, seconds: true) }
}
