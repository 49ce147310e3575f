import Archiver
import Foundation
import Manifest
import Recordings

/// A calendar month, and whether its report is due.
struct ReportMonth: Sendable, Hashable, CustomStringConvertible {
    let days: ClosedRange<ArchiveDay>

    /// How many months may be reported after they ended. Those that close later are seen in the days' own states.
    static let most = 3

    /// `2025-11`.
    var description: String { "\(days.lowerBound.yearText)-\(days.lowerBound.monthText)" }

    /// The months that ended last, the newest first.
    static func ended(before today: ArchiveDay) -> [ReportMonth] {
        var months: [ReportMonth] = []
        var day = today
        while months.count < most {
            guard let last = ArchiveDay(daysSince1970: day.daysSince1970 - Int64(day.day)),
                let first = ArchiveDay(daysSince1970: last.daysSince1970 - Int64(last.day - 1))
            else { break }
            months.append(ReportMonth(days: first...last))
            day = first
        }
        return months
    }

    /// Whether the last of its days has closed: the month is over, and no day of it that was listed is open. Days before
    /// Callark was installed were never listed, and do not hold the report back: it says that they are not.
    func isClosed(_ outlook: ClosingOutlook, in timeZone: TimeZone) -> Bool {
        guard outlook.closed.contains(days.upperBound) else { return false }
        return days.lowerBound.through(days.upperBound).allSatisfy { day in
            outlook.closed.contains(day) || !outlook.hasListed(day, in: timeZone)
        }
    }
}
