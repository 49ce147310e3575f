import Foundation
import HTTPTypes
import Logging
import Payloads
import Recordings
import Reports
import Wiring

/// Monthly reports as JSON, CSV or HTML, selected by `Accept`.
struct ReportRoutes: Sendable {
    let installation: Installation

    var routes: [Route] {
        [
            Route(.get, "/api/v1/reports/{organization}", parameters: ["month", "rows"]) { try await report($0) }
        ]
    }

    private func report(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let name = try view.organization(inquiry.value("organization"))
        let today = ArchiveDay(installation.now, in: installation.timeZone)
        guard let month = try TimeQuery.read("month", inquiry.query, MonthArgument.init(argument:)) else {
            throw Problem(.badRequest, "bad_parameter", "month is missing: give 2025-11, this or last")
        }
        let rows = try inquiry.query.value(
            "rows",
            "one of \(ReportCSV.allCases.map(\.rawValue).joined(separator: ", "))",
            ReportCSV.init(rawValue:)
        )
        let form = try Self.form(inquiry.headers[.accept], rows ?? .days)
        let logger = installation.logger
        let report = try await Report.made(
            of: [name],
            over: ReportPeriod(days: month.days(today: today)),
            in: installation
        ) { logger.warning("\($0)") }
        var headers: HTTPFields = [.contentType: form.mediaType]
        if form == .html { headers[.contentSecurityPolicy] = "\(ReportPage.policy); frame-ancestors 'none'" }
        return Answer(headers: headers, body: .bytes(try form.bytes(of: report)))
    }

    /// The form with the highest quality in `Accept`.
    /// - Throws: a ``Problem`` with status 406 if `Accept` permits none.
    static func form(_ accept: String?, _ rows: ReportCSV) throws(Problem) -> Form {
        try AcceptHeader.choice(
            of: [("application/json", .json), ("text/csv", .csv(rows)), ("text/html", .html)],
            by: accept,
            noun: "a report"
        )
    }
}

extension ReportRoutes {
    /// The form of a report.
    enum Form: Hashable {
        case json
        case csv(ReportCSV)
        case html

        var mediaType: String {
            switch self {
            case .json: JSONBody.mediaType
            case .csv: "text/csv; charset=utf-8; header=present"
            case .html: "text/html; charset=utf-8"
            }
        }

        func bytes(of report: Report) throws -> [UInt8] {
            switch self {
            case .json: try JSONLine.bytes(report.whole)
            case .csv(let rows): Array(report.csv(rows).utf8)
            case .html: Array(try ReportPage(report).html.utf8)
            }
        }
    }
}
