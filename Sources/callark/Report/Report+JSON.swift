import Archiver
import DailyArchive
import Files
import Foundation
import Manifest
import Recordings

/// For programs.
extension Report {
    func writeJSON(to output: Output) throws {
        let days = sections.flatMap(\.days)
        if let running { try output.json(RunningLine(running)) }
        for day in days {
            try output.json(DayLine(day, root: root))
            for gap in day.account.gaps { try output.json(GapLine(gap)) }
            for suspect in day.suspects { try output.json(SuspectLine(suspect)) }
            for witness in day.witnesses { try output.json(WitnessLine(witness)) }
        }
        try output.json(Summary(self, days))
    }

    /// `{"type":"day", …}` of a report: that of a pass, with the state of the day and its archives.
    private struct DayLine: Encodable {
        private let day: DayReport
        private let root: ArchiveRoot

        init(_ day: DayReport, root: ArchiveRoot) {
            self.day = day
            self.root = root
        }

        enum CodingKeys: String, CodingKey {
            case state, archives, differing, missing
            case openBecause = "open_because"
            case needed
        }

        func encode(to encoder: any Encoder) throws {
            let isComplete = day.account.figures.summary.isComplete && !day.isInDoubt
            try ReconciliationLine(day.account.figures, isComplete: isComplete).encode(to: encoder)
            var line = encoder.container(keyedBy: CodingKeys.self)
            try line.encode(day.stateCode, forKey: .state)
            try line.encode(ReportFigures(day.account).missing, forKey: .missing)
            try line.encode(day.openBecause.map(\.code), forKey: .openBecause)
            try line.encode(day.needed, forKey: .needed)
            try line.encode(day.differing, forKey: .differing)
            try line.encode(day.archives.map { ArchiveStandingLine($0, root: root) }, forKey: .archives)
        }
    }

    private struct Summary: Encodable {
        let type = "summary"
        let version = Callark.version
        var period: String
        var from: ArchiveDay
        /// The last day, included.
        var through: ArchiveDay
        var timeZone: String
        var madeTime: String
        /// Whether a pass runs over one of the organizations, so that the figures change.
        var running: Bool
        var verdicts: [Verdict]
        /// Whether every day is closed.
        var complete: Bool
        var days: Int
        var closed: Int
        var withoutCalls: [Place]
        var notClosed: [Place]
        var tasks: Int
        var expected: Int
        var archived: Int
        var stored: Int
        var pending: Int
        var failed: Int
        var damaged: Int
        var explained: Int
        var unexplained: Int
        var awaited: Int
        var missing: Int
        var suspect: Int
        var audioMilliseconds: Int64
        var bytes: Int64
        var daysDamaged: [Place]

        struct Verdict: Encodable {
            var organization: OrganizationName
            /// The word that programs compare.
            var standing: String
            var complete: Bool
            var sentence: String
            var missing: Int
            var missingReasons: [GapReason: Int]

            enum CodingKeys: String, CodingKey {
                case organization, standing, complete, sentence, missing
                case missingReasons = "missing_reasons"
            }
        }

        struct Place: Encodable {
            var organization: OrganizationName
            var day: ArchiveDay

            init(_ day: DayReport) {
                organization = day.organization
                self.day = day.day
            }
        }

        enum CodingKeys: String, CodingKey {
            case type, version, period, from, through, verdicts, complete, running
            case days, closed, tasks, expected, archived, stored, pending, failed, damaged, explained, unexplained
            case awaited, missing, suspect, bytes
            case timeZone = "time_zone"
            case madeTime = "made_time"
            case daysDamaged = "days_damaged"
            case withoutCalls = "without_calls"
            case notClosed = "not_closed"
            case audioMilliseconds = "audio_ms"
        }

        init(_ report: Report, _ days: [DayReport]) {
            let total = days.reduce(into: PassSummary()) { $0 += $1.summary }
            let recordings = total.recordings
            let figures = report.sections.reduce(into: ReportFigures()) { $0 += $1.verdict.figures }
            period = report.period.name
            from = report.period.days.lowerBound
            through = report.period.days.upperBound
            timeZone = report.zone
            madeTime = report.madeTime.description
            running = report.running != nil
            verdicts = report.sections.map { section in
                Verdict(
                    organization: section.organization,
                    standing: section.verdict.standing.rawValue.replacing(" ", with: "_"),
                    complete: section.verdict.standing == .complete,
                    sentence: report.sentence(section),
                    missing: section.verdict.figures.missing,
                    missingReasons: section.verdict.figures.missingReasons
                )
            }
            complete = verdicts.allSatisfy(\.complete)
            self.days = days.count
            closed = days.count(where: \.isClosed)
            withoutCalls = days.filter { $0.isClosed && $0.summary.tasks.listed == 0 }.map(Place.init)
            notClosed = days.filter { !$0.isClosed && $0.openBecause != [.notOver] }.map(Place.init)
            tasks = total.tasks.listed
            expected = recordings.expected
            archived = recordings.archived
            stored = recordings.stored
            pending = recordings.pending
            failed = recordings.failed
            damaged = recordings.damaged
            daysDamaged = days.filter(\.isDamaged).map(Place.init)
            explained = recordings.explained
            unexplained = recordings.unexplained
            awaited = recordings.awaited
            missing = figures.missing
            suspect = recordings.suspect
            audioMilliseconds = figures.audioMilliseconds
            bytes = figures.bytes
        }
    }
}
