import Archiver
import Payloads
import Recordings
import Reports

/// The report of an organization's month, as channels are told it.
struct ReportNotice: Notice {
    let organization: OrganizationName
    let month: ReportMonth
    let report: Report
    let time: Timestamp

    /// The same for the same month, so that one that comes twice, after a power cut, is seen as one.
    var id: String { "report-\(organization)-\(month)" }

    /// `{"type":"report", …}`.
    var json: [UInt8] {
        get throws {
            let line = Line(
                id: id,
                time: time.description,
                organization: organization,
                month: month.description,
                sentence: sentence,
                report: Whole(report.whole)
            )
            return try JSONLine.bytes(line) + [UInt8(ascii: "\n")]
        }
    }

    private struct Line: Encodable {
        let type = "report"
        var id: String
        var time: String
        var organization: OrganizationName
        var month: String
        var sentence: String
        var report: Whole
    }

    /// A report of some type that encodes itself.
    private struct Whole: Encodable {
        private let value: any Encodable

        init(_ value: any Encodable) {
            self.value = value
        }

        func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
    }

    private var sentence: String { report.sections.first.map { report.sentence($0) } ?? "" }

    var subject: String {
        let standing = report.sections.first?.verdict.standing.rawValue ?? ""
        return "Callark: \(organization), \(report.period.name): \(standing)"
    }

    var text: String {
        var lines = ["\(organization)", "", sentence]
        if let remark = report.remark { lines.append(remark) }
        lines += ["", "The report is attached. Made \(report.making)."]
        return lines.joined(separator: "\n") + "\n"
    }

    var attachment: MailMessage.Attachment? {
        get throws {
            MailMessage.Attachment(
                name: "callark-\(organization)-\(month).html",
                mediaType: "text/html; charset=utf-8",
                bytes: Array(try ReportPage(report).html.utf8)
            )
        }
    }
}
