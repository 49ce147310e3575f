import Foundation
import Recordings

/// The month's report: the verdict first, to read, sign and print.
struct MonthView {
    let desk: Desk
    private var words: Words { desk.words }
    private var shown: Shown { desk.shown }

    func made() async throws -> View {
        let organization = desk.visit.values["organization"] ?? ""
        guard let month = Month(desk.visit.values["month"] ?? "") else {
            throw PageProblem(status: 404, code: "unknown_day", detail: words("problem_unknown_day"))
        }
        let report = try await desk.get("/api/v1/reports/\(organization.percentEncoded)", ["month": "\(month)"])
        let summary = report.member("summary") ?? .null
        let verdict = summary.list("verdicts").first ?? .null
        let title = "\(shown.monthName(month.month)) \(month.year)"
        let statements = report.list("days").count { $0.member("statement")?.isTrue("current") == true }
        let limits = try await GapLimits.of(organization, desk)
        let gaps = report.list("gaps").map { GapRow($0, desk, limits).values }
        let days = report.list("days").map { day($0, organization) }
        let archives = report.list("days").flatMap { $0.list("archives") }.map { ArchiveRow(line: $0).values(desk) }
        let isComplete = verdict.isTrue("complete")
        let kind = isComplete ? "good" : verdict.count("missing") > 0 ? "bad" : "wait"
        // The first sentence is the verdict, the others say why.
        let sentences = (verdict.text("sentence") ?? "").split(separator: ". ", maxSplits: 1)
        return View(
            template: "month",
            title: title,
            script: "month.js",
            values: desk.values([
                "title": title, "organization": organization, "zone": desk.visit.timeZone.name,
                "previous": link(month.advanced(by: -1), organization),
                "next": month < Month(desk.visit.today) ? link(month.advanced(by: 1), organization) : nil,
                "verdict": [
                    "kind": kind, "sign": words("mark_\(kind)"),
                    "sentence": sentences.first.map { $0.hasSuffix(".") ? String($0) : "\($0)." } ?? "",
                    "lead": sentences.count > 1 ? String(sentences[1]) : "",
                ],
                "made": desk.moment(summary.time("made_time")), "version": summary.text("version"),
                "bar": FigureBar(summary, summary.count("missing"), words).values,
                "days": days,
                "statements": words("month_statements", ["n": Shown.number(statements), "of": "\(days.count)"]),
                "closed": Shown.number(summary.count("closed")),
                "daysOf": Shown.number(summary.count("days")),
                "calls": Shown.number(summary.count("tasks")),
                "audio": shown.duration(summary.number("audio_ms") ?? 0),
                "bytes": Shown.bytes(summary.number("bytes") ?? 0),
                "gaps": gaps, "hasGaps": !gaps.isEmpty,
                "archives": archives, "hasArchives": !archives.isEmpty,
                "api": "/api/v1/reports/\(organization)?month=\(month)", "file": "\(organization)-\(month)",
            ])
        )
    }

    private func link(_ month: Month, _ organization: String) -> [String: Any] {
        ["href": "/months/\(organization)/\(month)", "text": "\(shown.monthName(month.month)) \(month.year)"]
    }

    /// The day's statement, as its SHA-256 and where it is; a dash if there is none.
    private func statement(_ statement: JSONValue?) -> [String: Any] {
        guard let statement, statement.isObject else { return ["text": "—"] }
        let sha256 = statement.text("sha256") ?? ""
        var values: [String: Any] = [
            "text": String(sha256.prefix(16)) + "…", "full": sha256,
            "archive": statement.text("archive") ?? words("statement_no_archive"),
        ]
        if !statement.isTrue("current") { values["reopened"] = words("statement_reopened_short") }
        return values
    }

    /// Whether nothing is known of a day, because no pass has listed it.
    private func isUnlisted(_ line: JSONValue) -> Bool {
        line.list("open_because").contains { $0.text == "not_listed" }
            && line.member("tasks")?.count("listed") ?? 0 == 0 && line.member("recordings")?.count("expected") ?? 0 == 0
    }

    private func day(_ line: JSONValue, _ organization: String) -> [String: Any] {
        let recordings = line.member("recordings") ?? .null
        let day = line.day("day")
        let because = line.list("open_because").compactMap(\.text).map { words.code("open_because", $0) }
        let state = line.text("state") ?? "open"
        let missing = line.count("missing")
        let kind: DayMark.Kind =
            state == "damaged"
            ? .damaged : missing > 0 ? .gaps : state == "closed" ? .closed : isUnlisted(line) ? .none : .open
        return [
            "day": day.map(shown.short) ?? "", "href": "/days/\(organization)/\(line.text("day") ?? "")",
            "kind": kind.rawValue, "sign": kind.sign, "state": words("kind_\(kind.rawValue)"),
            "calls": Shown.number(line.member("tasks")?.count("listed") ?? 0),
            "expected": Shown.number(recordings.count("expected")),
            "archived": Shown.number(recordings.count("archived")),
            "waiting": Shown.number(
                recordings.count("stored") + recordings.count("pending") + recordings.count("awaited")
            ),
            "missing": Shown.number(missing), "explained": Shown.number(recordings.count("explained")),
            "statement": statement(line.member("statement")), "isMissing": missing > 0,
            "because": because.joined(separator: ", "),
        ]
    }
}
