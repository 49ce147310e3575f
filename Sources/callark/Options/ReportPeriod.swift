import Recordings

/// The days of a report.
struct ReportPeriod: Equatable {
    let days: ClosedRange<ArchiveDay>

    init(days: ClosedRange<ArchiveDay>) {
        self.days = days
    }

    /// - Throws: ``CommandError`` with exit code 64 for more days than a report may have.
    init(checking days: ClosedRange<ArchiveDay>) throws {
        self.init(days: days)
        guard days.upperBound.daysSince1970 - days.lowerBound.daysSince1970 < ArchiveDay.maxAtOnce else {
            throw CommandError(
                .usage,
                "a report has ten years at most, and not all from \(days.lowerBound) to \(days.upperBound)"
            )
        }
    }

    var list: [ArchiveDay] { days.lowerBound.through(days.upperBound) }

    /// `October 2026`, `2026-10-03`, `2026-10-03 to 2026-10-05`.
    var name: String {
        if days.lowerBound == days.upperBound { return days.lowerBound.description }
        guard isMonth else { return "\(days.lowerBound) to \(days.upperBound)" }
        return "\(Self.months[days.lowerBound.month - 1]) \(days.lowerBound.year)"
    }

    /// The options that name these days: `--month 2026-10`.
    var options: String {
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
