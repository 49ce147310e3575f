import Recordings

/// Something that keeps days from being closed, and the steps that close them.
package struct ReportStep: Hashable, Sendable {
    package var days: ClosedRange<ArchiveDay>
    /// Why they are not closed.
    package var why: String
    /// Commands, except for what a person has to do.
    package var steps: [String]

    /// `2026-10-03`, `2026-10-03 to 2026-10-05`.
    package var period: String {
        days.lowerBound == days.upperBound ? "\(days.lowerBound)" : "\(days.lowerBound) to \(days.upperBound)"
    }

    /// What closes these days of one organization, in their order. Consecutive days that are open for the same reasons
    /// are one step.
    package static func steps(_ reports: [DayReport]) -> [ReportStep] {
        var runs: [(days: ClosedRange<ArchiveDay>, reasons: [DayReport.OpenReason], isUnderWay: Bool)] = []
        for report in reports where !report.needed.isEmpty {
            if let last = runs.last, last.days.upperBound.next == report.day,
                last.isUnderWay == report.isUnderWay,
                let reasons = last.reasons.joined(with: report.openBecause)
            {
                runs[runs.count - 1] = (last.days.lowerBound...report.day, reasons, last.isUnderWay)
            } else {
                runs.append((report.day...report.day, report.openBecause, report.isUnderWay))
            }
        }
        guard let organization = reports.first?.organization else { return [] }
        return runs.map { days, reasons, isUnderWay in
            ReportStep(
                days: days,
                why: reasons.map(\.description).joined(separator: ", "),
                steps: reasons.needed(organization, days, isUnderWay: isUnderWay)
            )
        }
    }
}
