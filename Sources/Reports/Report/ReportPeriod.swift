import Recordings

/// The days of a report.
package struct ReportPeriod: Equatable, Sendable {
    package let days: ClosedRange<ArchiveDay>

    package init(days: ClosedRange<ArchiveDay>) {
        self.days = days
    }

    /// Each of its days.
    package var list: [ArchiveDay] { days.lowerBound.through(days.upperBound) }

    /// `October 2026`, `2026-10-03`, `2026-10-03 to 2026-10-05`.
    package var name: String {
        if days.lowerBound == days.upperBound { return days.lowerBound.description }
        guard isMonth else { return "\(days.lowerBound) to \(days.upperBound)" }
        return "\(Self.months[days.lowerBound.month - 1]) \(days.lowerBound.year)"
    }

    /// The options that name these days: `--month 2026-10`.
    package var options: String {
        if days.lowerBound == days.upperBound { return "--day \(days.lowerBound)" }
        if isMonth { return "--month \(days.lowerBound.yearText)-\(days.lowerBound.monthText)" }
        return "--from \(days.lowerBound) --to \(days.upperBound.next)"
    }

    private var isMonth: Bool {
        days.lowerBound.day == 1 && days.upperBound.next.day == 1 && days.lowerBound.year == days.upperBound.year
            && days.lowerBound.month == days.upperBound.month
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
