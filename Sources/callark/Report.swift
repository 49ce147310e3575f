import Archiver
import DailyArchive
import Foundation
import Manifest
import Recordings
import Settings

/// The days of a report, and how they are written down.
struct Report {
    let days: [DayReport]
    let root: ArchiveRoot

    /// All days together.
    private var total: DayReconciliation? {
        guard var total = days.first?.account.figures else { return nil }
        for day in days.dropFirst() {
            total.summary += day.summary
            total.audioMilliseconds += day.account.figures.audioMilliseconds
            total.bytes += day.account.figures.bytes
        }
        return total
    }

    private var silent: [DayReport] { days.filter { $0.isClosed && $0.summary.tasks.listed == 0 } }
    /// Days of which something that was archived is damaged, and neither repaired nor explained.
    private var damaged: [DayReport] { days.filter(\.isDamaged) }
    /// Days that are over and not closed.
    private var open: [DayReport] { days.filter { !$0.isClosed && $0.openBecause != [.notOver] } }
}

// MARK: - For people

extension Report {
    private static let columns = [
        ("calls", 6), ("expected", 8), ("archived", 8), ("stored", 6), ("pending", 7), ("failed", 6), ("damaged", 7),
        ("explained", 9), ("unexplained", 11), ("suspect", 7), ("audio hours", 11), ("size", 9),
    ]

    func writeText(to output: Output) {
        for (organization, days) in byOrganization { write(days, of: organization, to: output) }
    }

    private var byOrganization: [(OrganizationName, [DayReport])] {
        Dictionary(grouping: days, by: \.organization).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func write(_ days: [DayReport], of organization: OrganizationName, to output: Output) {
        output.text("\(organization)")
        output.text(
            "  day         " + Self.columns.map { $0.0.leftPadded(to: $0.1) }.joined(separator: "  ") + "  state"
        )
        for day in days {
            output.text("  \(day.day)  \(Self.line(day.account.figures))  \(day.state)")
        }
        if days.count > 1, let total = Report(days: days, root: root).total {
            output.text("  total       \(Self.line(total))")
        }
        let part = Report(days: days, root: root)
        if !part.silent.isEmpty {
            output.text("  no calls: \(part.silent.map(\.day.description).joined(separator: ", "))")
        }
        if !part.open.isEmpty {
            output.text("  not closed: \(part.open.map(\.day.description).joined(separator: ", "))")
        }
        if !part.damaged.isEmpty {
            output.text("  DAMAGED: \(part.damaged.map(\.day.description).joined(separator: ", "))")
        }
        for day in part.open where !day.needed.isEmpty {
            output.text("  \(day.day) needs: \(day.needed.joined(separator: "; "))")
        }
        for archive in days.flatMap(\.archives) {
            output.text("  archive \(archive.line)")
            for copy in archive.displaced { output.text("    \(copy.line)") }
        }
        for gap in days.flatMap(\.account.gaps) { output.text("  gap \(gap.line)") }
        for suspect in days.flatMap(\.suspects) { output.text("  suspect \(suspect.line)") }
        for complaint in days.flatMap(\.witnesses).compactMap(\.complaint) { output.text("  \(complaint)") }
    }

    private static func line(_ figures: DayReconciliation) -> String {
        let recordings = figures.summary.recordings
        let values = [
            "\(figures.summary.tasks.listed)", "\(recordings.expected)", "\(recordings.archived)",
            "\(recordings.stored)", "\(recordings.pending)", "\(recordings.failed)", "\(recordings.damaged)",
            "\(recordings.explained)", "\(recordings.unexplained)", "\(recordings.suspect)",
            hours(figures.audioMilliseconds),
            Readable.bytes(figures.bytes),
        ]
        return zip(values, columns).map { $0.leftPadded(to: $1.1) }.joined(separator: "  ")
    }

    fileprivate static func hours(_ milliseconds: Int64) -> String {
        String(format: "%.2f", Double(milliseconds) / 3_600_000)
    }
}

extension DayReport {
    /// The word that programs compare.
    fileprivate var stateCode: String { isDamaged ? "damaged" : isClosed ? "closed" : "open" }

    fileprivate var state: String {
        let reasons = openBecause.map(\.description).joined(separator: ", ")
        let state = isClosed ? "closed" : "\(isDamaged ? "DAMAGED" : "open"): \(reasons)"
        return differing.reduce(state) { "\($0), does not fit \($1.name)" }
    }
}

// MARK: - For programs

extension Report {
    func writeJSON(to output: Output) throws {
        for day in days {
            try output.json(DayReportLine(day, root: root))
            for gap in day.account.gaps { try output.json(GapLine(gap)) }
            for suspect in day.suspects { try output.json(SuspectLine(suspect)) }
            for witness in day.witnesses { try output.json(WitnessLine(witness)) }
        }
        try output.json(Summary(self))
    }

    private struct Summary: Encodable {
        let type = "summary"
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
        var suspect: Int
        var audioMilliseconds: Int64
        var bytes: Int64
        var daysDamaged: [Place]

        struct Place: Encodable {
            var organization: OrganizationName
            var day: ArchiveDay

            init(_ day: DayReport) {
                organization = day.organization
                self.day = day.day
            }
        }

        enum CodingKeys: String, CodingKey {
            case type, days, closed, tasks, expected, archived, stored, pending, failed, damaged, explained, unexplained
            case suspect, bytes
            case daysDamaged = "days_damaged"
            case withoutCalls = "without_calls"
            case notClosed = "not_closed"
            case audioMilliseconds = "audio_ms"
        }

        init(_ report: Report) {
            let total = report.total
            let recordings = total?.summary.recordings ?? PassSummary.Recordings()
            days = report.days.count
            closed = report.days.filter(\.isClosed).count
            withoutCalls = report.silent.map(Place.init)
            notClosed = report.open.map(Place.init)
            tasks = total?.summary.tasks.listed ?? 0
            expected = recordings.expected
            archived = recordings.archived
            stored = recordings.stored
            pending = recordings.pending
            failed = recordings.failed
            damaged = recordings.damaged
            daysDamaged = report.damaged.map(Place.init)
            explained = recordings.explained
            unexplained = recordings.unexplained
            suspect = recordings.suspect
            audioMilliseconds = total?.audioMilliseconds ?? 0
            bytes = total?.bytes ?? 0
        }
    }
}

/// `{"type":"day", …}` of a report: that of a pass, with the state of the day and its archives.
private struct DayReportLine: Encodable {
    private let day: DayReport
    private let root: ArchiveRoot

    init(_ day: DayReport, root: ArchiveRoot) {
        self.day = day
        self.root = root
    }

    enum CodingKeys: String, CodingKey {
        case state, archives, differing
        case openBecause = "open_because"
        case needed
    }

    func encode(to encoder: any Encoder) throws {
        let isComplete = day.account.figures.summary.isComplete && !day.isInDoubt
        try ReconciliationLine(day.account.figures, isComplete: isComplete).encode(to: encoder)
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(day.stateCode, forKey: .state)
        try line.encode(day.openBecause.map(\.code), forKey: .openBecause)
        try line.encode(day.needed, forKey: .needed)
        try line.encode(day.differing, forKey: .differing)
        try line.encode(day.archives.map { ArchiveStandingLine($0, root: root) }, forKey: .archives)
    }

}

// MARK: - For spreadsheets

extension Report {
    private static let fields = [
        "type", "organization", "day", "state", "open_because", "tasks", "capture_requested", "not_requested",
        "undetermined", "expected", "archived", "stored", "pending", "failed", "explained", "unexplained",
        "audio_hours", "bytes", "archive", "sha256", "task_id", "recording_id", "reason", "detail", "evidence",
        "explanation", "note", "explained_by", "explained_time", "differing",
        "explained_by_uid", "explained_by_claims", "damaged", "replaced_by", "suspect",
    ]

    /// Every line has all fields.
    func writeCSV(to output: Output) {
        write(Dictionary(uniqueKeysWithValues: Self.fields.map { ($0, $0) }), to: output)
        for day in days {
            write(Self.values(day), to: output)
            for archive in day.archives {
                write(archive.fields, to: output)
                for copy in archive.displaced { write(copy.fields, to: output) }
            }
            for gap in day.account.gaps { write(Self.values(gap), to: output) }
            for suspect in day.suspects { write(Self.values(suspect), to: output) }
        }
        guard days.count > 1, let total else { return }
        write(Self.values(total).merging(["type": "total"]) { $1 }, to: output)
    }

    private func write(_ values: [String: String], to output: Output) {
        output.csv(Self.fields.map { values[$0] ?? "" })
    }

    private static func values(_ figures: DayReconciliation) -> [String: String] {
        let (tasks, recordings) = (figures.summary.tasks, figures.summary.recordings)
        return [
            "tasks": "\(tasks.listed)", "capture_requested": "\(tasks.captureRequested)",
            "not_requested": "\(tasks.notRequested)", "undetermined": "\(tasks.undetermined)",
            "expected": "\(recordings.expected)", "archived": "\(recordings.archived)",
            "stored": "\(recordings.stored)", "pending": "\(recordings.pending)", "failed": "\(recordings.failed)",
            "explained": "\(recordings.explained)", "unexplained": "\(recordings.unexplained)",
            "damaged": "\(recordings.damaged)", "audio_hours": hours(figures.audioMilliseconds),
            "bytes": "\(figures.bytes)",
            "suspect": "\(recordings.suspect)",
        ]
    }

    private static func values(_ day: DayReport) -> [String: String] {
        var values = values(day.account.figures)
        values["type"] = "day"
        values["organization"] = day.organization.description
        values["day"] = day.day.description
        values["state"] = day.stateCode
        values["open_because"] = day.openBecause.map(\.code).joined(separator: " ")
        values["differing"] = day.differing.map(\.rawValue).joined(separator: " ")
        return values
    }

    private static func values(_ row: SuspectRow) -> [String: String] {
        let acknowledgement = row.suspect.acknowledgement
        return [
            "type": "suspect", "organization": row.organization.description, "day": row.day.description,
            "task_id": row.suspect.taskID.description, "recording_id": row.suspect.recordingID.description,
            "detail": row.suspect.reason, "note": acknowledgement?.note ?? "",
            "explained_by": acknowledgement?.author ?? "",
            "explained_by_uid": acknowledgement.map { "\($0.authorUID)" } ?? "",
            "explained_time": acknowledgement?.time.description ?? "",
        ]
    }

    private static func values(_ gap: Gap) -> [String: String] {
        [
            "type": "gap", "organization": gap.organization.description, "day": gap.day.description,
            "task_id": gap.taskID.description, "recording_id": gap.recording?.recordingID.description ?? "",
            "reason": gap.reason.rawValue, "archive": gap.archive?.description ?? "", "detail": gap.detail ?? "",
            "evidence": gap.evidence.text,
            "explanation": gap.explanation?.reason.rawValue ?? "", "note": gap.explanation?.note ?? "",
            "explained_by": gap.explanation?.author ?? "",
            "explained_time": gap.explanation?.time.description ?? "",
            "explained_by_uid": gap.explanation?.authorUID.map { "\($0)" } ?? "",
            "explained_by_claims": (gap.explanation?.authorClaims ?? [:]).sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value)" }.joined(separator: " "),
        ]
    }
}
