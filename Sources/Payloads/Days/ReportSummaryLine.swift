import Archiver
import Manifest
import Recordings

/// `{"type":"summary", …}` of a report.
package struct ReportSummaryLine: Encodable {
    let type = "summary"
    private let version: String
    var period: String
    var from: ArchiveDay
    /// The last day, inclusive.
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

    /// The verdict on one organization.
    package struct Verdict: Encodable {
        private let organization: OrganizationName
        /// The code that programs compare.
        private let standing: String
        fileprivate let complete: Bool
        private let sentence: String
        private let missing: Int
        private let missingReasons: [GapReason: Int]
        fileprivate let figures: ReportFigures

        /// - Parameter sentence: the verdict for people.
        package init(_ organization: OrganizationName, _ verdict: ReportVerdict, sentence: String) {
            self.organization = organization
            standing = verdict.standing.rawValue.replacing(" ", with: "_")
            complete = verdict.standing == .complete
            self.sentence = sentence
            missing = verdict.figures.missing
            missingReasons = verdict.figures.missingReasons
            figures = verdict.figures
        }

        private enum CodingKeys: String, CodingKey {
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

    private enum CodingKeys: String, CodingKey {
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

    /// - Parameters:
    ///   - version: the version of Callark.
    ///   - period: the name of the period for people: `October 2026`.
    ///   - range: the days of the period.
    ///   - timeZone: the name of the archive's time zone.
    ///   - isRunning: whether a pass runs over one of the organizations.
    ///   - days: the days of all organizations.
    package init(
        version: String,
        period: String,
        range: ClosedRange<ArchiveDay>,
        timeZone: String,
        madeTime: Timestamp,
        isRunning: Bool,
        verdicts: [Verdict],
        days: [DayReport]
    ) {
        let total = days.reduce(into: PassSummary()) { $0 += $1.summary }
        let recordings = total.recordings
        let figures = verdicts.reduce(into: ReportFigures()) { $0 += $1.figures }
        self.version = version
        self.period = period
        from = range.lowerBound
        through = range.upperBound
        self.timeZone = timeZone
        self.madeTime = madeTime.description
        running = isRunning
        self.verdicts = verdicts
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
