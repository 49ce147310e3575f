import Archiver
import Manifest
import Payloads
import Recordings
import Service
import Wiring

/// For those who ask the service.
extension Report {
    /// Writes a report as the service was asked for it.
    static func written(_ order: ReportOrder, in installation: Installation) async throws -> [UInt8] {
        let report = try await made(of: [order.organization], over: order.days, in: installation)
        switch order.form {
        case .html: return Array(try ReportPage(report).html.utf8)
        case .json: return try JSONLine.bytes(Whole(report))
        case .csv(let rows):
            let sheet = Output.Sheet()
            let output = sheet.output
            try report.writeCSV(ReportCSV(rows), to: output)
            output.flush()
            return sheet.bytes
        }
    }

    /// All lines of a report in one object.
    private struct Whole: Encodable {
        let days: [ReportDayLine]
        let gaps: [GapLine]
        let suspects: [SuspectLine]
        let witnesses: [WitnessLine]
        let summary: ReportSummaryLine

        init(_ report: Report) {
            let all = report.sections.flatMap(\.days)
            days = all.map { ReportDayLine($0, root: report.root) }
            gaps = report.sections.flatMap { section in
                section.gaps.map { GapLine($0, call: section.calls[$0.taskID]) }
            }
            suspects = all.flatMap(\.suspects).map(SuspectLine.init)
            witnesses = all.flatMap(\.witnesses).map(WitnessLine.init)
            summary = report.summary
        }
    }
}

extension ReportCSV {
    fileprivate init(_ rows: ReportOrder.Rows) {
        self =
            switch rows {
            case .days: .days
            case .gaps: .gaps
            case .suspects: .suspects
            case .archives: .archives
            case .displaced: .displaced
            }
    }
}
