import Archiver
import DailyArchive
import Files
import Foundation
import Manifest
import Payloads
import Recordings

/// For programs.
extension Report {
    func writeJSON(to output: Output) throws {
        let days = sections.flatMap(\.days)
        if let running { try output.json(RunningLine(running)) }
        for day in days {
            try output.json(ReportDayLine(day, root: root))
            for gap in day.account.gaps { try output.json(GapLine(gap)) }
            for suspect in day.suspects { try output.json(SuspectLine(suspect)) }
            for witness in day.witnesses { try output.json(WitnessLine(witness)) }
        }
        try output.json(summary)
    }

    /// What all days come to.
    var summary: ReportSummaryLine {
        ReportSummaryLine(
            version: Callark.version,
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
}
