import Recordings
import Reports

extension ReportPeriod {
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
}
