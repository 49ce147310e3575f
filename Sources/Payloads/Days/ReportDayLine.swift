import Archiver
import Evidence
import Files
import Manifest
import Recordings

/// `{"type":"day", …}` of a report: the line of a pass, with the state of the day and its archives.
package struct ReportDayLine: Encodable {
    private let day: DayReport
    private let root: ArchiveRoot

    package init(_ day: DayReport, root: ArchiveRoot) {
        self.day = day
        self.root = root
    }

    private enum CodingKeys: String, CodingKey {
        case state, archives, differing, missing, statement
        case openBecause = "open_because"
        case needed
    }

    package func encode(to encoder: any Encoder) throws {
        let isComplete = day.account.figures.summary.isComplete && !day.isInDoubt
        try ReconciliationLine(day.account.figures, isComplete: isComplete).encode(to: encoder)
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(day.stateCode, forKey: .state)
        try line.encode(ReportFigures(day.account).missing, forKey: .missing)
        try line.encode(day.openBecause.map(\.code), forKey: .openBecause)
        try line.encode(day.needed, forKey: .needed)
        try line.encode(day.differing, forKey: .differing)
        try line.encode(day.archives.map { ArchiveStandingLine($0, root: root) }, forKey: .archives)
        try line.encode(day.statement.map(DayStatementLine.init), forKey: .statement)
    }
}

/// The statement with which a day was closed.
private struct DayStatementLine: Encodable {
    /// Of its text, as the evidence log has it.
    let sha256: ContentDigest
    /// Whether nothing that it counts has changed since.
    let current: Bool
    /// The archive that has it; `nil` for a day without calls, which has none.
    let archive: String?

    init(_ row: DayCloseRow) throws {
        sha256 = try FileDigest.digest(of: row.record.json)
        current = row.isCurrent
        archive = row.archive?.description
    }

    private enum CodingKeys: String, CodingKey {
        case sha256, current, archive
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(sha256, forKey: .sha256)
        try line.encode(current, forKey: .current)
        try line.encode(archive, forKey: .archive)
    }
}

extension DayReport {
    /// The code that programs compare.
    package var stateCode: String { isDamaged ? "damaged" : isClosed ? "closed" : "open" }
}
