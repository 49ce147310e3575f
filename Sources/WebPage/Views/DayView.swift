import Foundation
import Recordings

/// One day: figures that add up, calls by hour, archives, what other sources counted, gaps.
struct DayView {
    let desk: Desk
    private var words: Words { desk.words }
    private var shown: Shown { desk.shown }
    /// How many pages of calls are read for the hours; a day with more says that it has too many for that.
    private static let mostPages = 20

    func made() async throws -> View {
        let organization = desk.visit.values["organization"] ?? ""
        let text = desk.visit.values["day"] ?? ""
        let line = try await desk.get("/api/v1/days/\(organization.percentEncoded)/\(text.percentEncoded)")
        guard let day = ArchiveDay(text) else {
            throw PageProblem(status: 404, code: "unknown_day", detail: words("problem_unknown_day"))
        }
        let recordings = line.member("recordings") ?? .null
        let limits = try await GapLimits.of(organization, desk)
        let gaps = line.list("gap_list").map { GapRow($0, desk, limits).values }
        let archives = line.list("archives").map { ArchiveRow(line: $0).values(desk) }
        let hours = try await hours(organization, day)
        let closings = line.list("closings").reversed().map(closing)
        return View(
            template: "day",
            title: shown.long(day),
            script: nil,
            values: desk.values([
                "title": shown.long(day), "organization": organization,
                "month": [
                    "href": "/months/\(organization)/\(Month(day))",
                    "text": "\(shown.monthName(day.month)) \(day.year)",
                ],
                "previous": day.previous.map { ["href": "/days/\(organization)/\($0)", "text": shown.short($0)] },
                "next": day < desk.visit.today
                    ? ["href": "/days/\(organization)/\(day.next)", "text": shown.short(day.next)] : nil,
                "calls": "/calls?organization=\(organization)&day=\(day)",
                "verdict": verdict(line, day),
                "bar": FigureBar(recordings, line.count("missing"), words).values,
                "tasks": tasks(line),
                "hours": hours, "hasHours": hours?.isEmpty == false, "hasManyCalls": hours == nil,
                "archives": archives, "hasArchives": !archives.isEmpty,
                "witnesses": line.list("witnesses").map { ComparisonRow($0, words).values },
                "hasWitnesses": !line.list("witnesses").isEmpty,
                "gaps": gaps, "hasGaps": !gaps.isEmpty,
                "closings": closings, "hasClosings": !closings.isEmpty,
                "proof": closings.isEmpty || !desk.visit.person.mayExamine
                    ? nil : "/api/v1/days/\(organization)/\(day)/proof",
                "statement": statement(line.member("statement")),
                "needed": line.list("needed").compactMap { $0.text?.withoutCodeMarks },
                "hasNeeded": !line.list("needed").isEmpty, "acts": acts(line, organization, day),
                "zone": desk.visit.timeZone.name,
            ])
        )
    }

    private func verdict(_ line: JSONValue, _ day: ArchiveDay) -> [String: Any] {
        let missing = line.count("missing")
        let reasons = line.list("open_because").compactMap(\.text).map { words.code("open_because", $0) }
        let (kind, sentence): (String, String) =
            if line.text("state") == "damaged" {
                ("bad", words("day_damaged"))
            } else if missing > 0 {
                ("bad", words.count("day_missing", missing))
            } else if line.text("state") == "closed" {
                ("good", words("day_closed"))
            } else {
                ("wait", words(day >= desk.visit.today ? "day_underway" : "day_open"))
            }
        return [
            "kind": kind, "sign": words("mark_\(kind)"), "sentence": sentence,
            "lead": reasons.isEmpty ? "" : words("open_because", ["reasons": reasons.joined(separator: ", ")]),
        ]
    }

    /// Where a person who may do something about an open day does it.
    private func acts(_ line: JSONValue, _ organization: String, _ day: ArchiveDay) -> [[String: Any]] {
        guard desk.visit.person.mayOperate else { return [] }
        let place = "?organization=\(organization)&day=\(day)"
        let gaps: [String: Any] = ["text": words("day_act_gaps"), "href": "/gaps\(place)"]
        let pass: [String: Any] = ["text": words("day_act_pass"), "href": "/passes\(place)#start-title"]
        return (line.list("gap_list").isEmpty ? [] : [gaps]) + [pass]
    }

    /// What the evidence log says about the day once.
    private func closing(_ line: JSONValue) -> [String: Any] {
        let isClosed = line.text("type") == "day.closed"
        let counts = [
            "recordings": words.count("recordings", line.count("recordings")),
            "gaps": words.count("explained_gaps", line.count("gaps")),
        ]
        var values: [String: Any] = [
            "text": !isClosed
                ? words("statement_reopened")
                : line.number("recordings") == nil
                    ? words("statement_closed_plain") : words("statement_closed", counts)
        ]
        values["time"] = desk.moment(line.time("time"))
        values["entry"] = line.number("leaf").map { leaf in
            let key = line.isTrue("published") ? "statement_entry" : "statement_entry_accepted"
            return words(key, ["index": Shown.number(leaf)])
        }
        values["sha256"] = line.text("sha256")
        return values
    }

    /// Whether the last statement still holds, and where it is; `nil` if there is none.
    private func statement(_ statement: JSONValue?) -> String? {
        guard let statement, statement.isObject else { return nil }
        let standing = words(statement.isTrue("current") ? "statement_current" : "statement_not_current")
        let place = statement.text("archive").map { words("statement_in", ["archive": $0]) }
        return [standing, place].compactMap(\.self).joined(separator: " ")
    }

    private func tasks(_ line: JSONValue) -> String {
        let tasks = line.member("tasks") ?? .null
        let audio = line.number("audio_ms").map(shown.duration) ?? "—"
        let listed = words.count("calls_listed", tasks.count("listed"))
        return words(
            "day_figures",
            [
                "calls": listed, "requested": Shown.number(tasks.count("capture_requested")),
                "none": Shown.number(tasks.count("not_requested")), "audio": audio,
                "bytes": Shown.bytes(line.number("bytes") ?? 0),
            ]
        )
    }

    // MARK: Hours

    /// - Returns: `nil` if the day has too many calls.
    private func hours(_ organization: String, _ day: ArchiveDay) async throws -> [[String: Any]]? {
        var hours: [Int: [String: Int]] = [:]
        var query = ["organization": organization, "day": "\(day)", "limit": "1000"]
        for page in 0..<Self.mostPages {
            let answer = try await desk.get("/api/v1/calls", query)
            for call in answer.list("calls") {
                guard let time = call.time("created_time"), let hour = Int(shown.clock(time).prefix(2)) else {
                    continue
                }
                hours[hour, default: [:]][CallRow.mark(call.text("state") ?? "none"), default: 0] += 1
            }
            guard let next = answer.text("next_cursor") else { break }
            guard page < Self.mostPages - 1 else { return nil }
            query["cursor"] = next
        }
        guard let most = hours.values.map({ $0.values.reduce(0, +) }).max() else { return [] }
        let whole = wholeHours(day)
        return (0..<24).map { hour in
            let counts = hours[hour] ?? [:]
            let total = counts.values.reduce(0, +)
            var top = 100.0
            let parts = ["good", "none", "wait", "bad"].compactMap { mark -> [String: Any]? in
                guard let count = counts[mark], count > 0 else { return nil }
                let height = Double(count) / Double(most) * 100
                top -= height
                return ["mark": mark, "y": String(format: "%.1f", top), "height": String(format: "%.1f", height)]
            }
            let from = whole.last { $0 <= hour }.map { "\(day)T\(two($0)):00:00" } ?? "\(day)"
            let to = whole.first { $0 > hour }.map { "\(day)T\(two($0)):00:00" } ?? "\(day.next)"
            return [
                "hour": two(hour), "x": hour * 40 + 4, "total": total, "hasCalls": total > 0, "parts": parts,
                "label": words.count("calls_in_hour", total, ["hour": "\(two(hour)):00"]),
                "href": "/calls?organization=\(organization)&from=\(from)&to=\(to)",
            ]
        }
    }

    /// The hours that begin on this day: all, unless the clocks are changed.
    private func wholeHours(_ day: ArchiveDay) -> [Int] {
        let interval = day.interval(in: shown.timeZone)
        var hours: Set<Int> = []
        var time = interval.lowerBound
        while time < interval.upperBound {
            let clock = shown.clock(time)
            if clock.hasSuffix(":00"), let hour = Int(clock.prefix(2)) { hours.insert(hour) }
            time = time + .seconds(900)
        }
        return hours.sorted()
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
