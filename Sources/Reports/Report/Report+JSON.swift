import Archiver
import DailyArchive
import Files
import Foundation
import Manifest
import Payloads
import Recordings

/// For programs.
extension Report {
    /// The lines of NDJSON, the summary last.
    package var lines: [any Encodable] {
        var lines: [any Encodable] = []
        if let running { lines.append(RunningLine(running)) }
        for day in sections.flatMap(\.days) {
            lines.append(ReportDayLine(day, root: root))
            lines += day.account.gaps.map { GapLine($0) }
            lines += day.suspects.map { SuspectLine($0) }
            lines += day.comparisons.map { ComparisonLine($0) }
        }
        return lines + [summary]
    }

    /// All of it as one object.
    package var whole: some Encodable { Whole(self) }

    /// What all days come to.
    private var summary: ReportSummaryLine {
        ReportSummaryLine(
            version: version,
            period: period.name,
            range: period.days,
            timeZone: zone,
            madeTime: madeTime,
            isRunning: running != nil,
            verdicts: sections.map {
                ReportSummaryLine.Verdict($0.organization, $0.verdict, sentence: sentence($0))
            },
            days: sections.flatMap(\.days)
        )
    }

    /// All lines of a report in one object.
    private struct Whole: Encodable {
        let days: [ReportDayLine]
        let gaps: [GapLine]
        let suspects: [SuspectLine]
        let witnesses: [ComparisonLine]
        let summary: ReportSummaryLine

        init(_ report: Report) {
            let all = report.sections.flatMap(\.days)
            days = all.map { ReportDayLine($0, root: report.root) }
            gaps = report.sections.flatMap { section in
                section.gaps.map { GapLine($0, call: section.calls[$0.taskID]) }
            }
            suspects = all.flatMap(\.suspects).map(SuspectLine.init)
            witnesses = all.flatMap(\.comparisons).map(ComparisonLine.init)
            summary = report.summary
        }
    }
}
