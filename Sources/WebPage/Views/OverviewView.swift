import Foundation
import Recordings

/// Is everything there, and what needs a person.
struct OverviewView {
    let desk: Desk
    private var words: Words { desk.words }
    private var shown: Shown { desk.shown }

    func made() async throws -> View {
        let (name, all) = try await desk.organization()
        let today = desk.visit.today
        let last = lastMonth(today)
        let first = last.advanced(by: -11)
        let status = try await desk.get("/api/v1/status")
        let lines = try await desk.get(
            "/api/v1/days",
            ["organization": name, "from": first.firstDay, "to": last.advanced(by: 1).firstDay]
        ).list("days")
        let days = Dictionary(lines.compactMap { line in line.day("day").map { ($0, DayMark(line, today)) } }) { $1 }
        let state = status.list("organizations").first { $0.text("organization") == name }
        let alarms = status.list("alarms").filter { [nil, name].contains($0.text("organization")) }
        let from = days.keys.min().map(Month.init) ?? last
        let months = Month.all(from: max(first, from), through: last)
        let verdict = verdict(Array(days.values), alarms, state)
        let facts = OverviewFacts(desk: desk, status: status, organization: name)
        return View(
            template: "overview",
            title: words("nav_overview"),
            script: "overview.js",
            values: desk.values([
                "organization": name,
                "organizations": desk.organizationLinks(name, all, path: "/"),
                "verdict": verdict,
                "needs": alarms.map { need($0, lines, today) },
                "hasNeeds": !alarms.isEmpty,
                "months": months.map { monthView($0, days, name, today) },
                "year": last.year,
                "earlier": "/?organization=\(name)&year=\(last.year - 1)",
                "later": last.year < today.year ? "/?organization=\(name)&year=\(last.year + 1)" : nil,
                "legend": legend(months, days, today),
                "pass": facts.passes, "kept": facts.kept(Array(days.values)), "proven": facts.proven,
            ])
        )
    }

    /// The last month that is shown: this one, or December of the year in the query.
    private func lastMonth(_ today: ArchiveDay) -> Month {
        guard let year = desk.visit.query["year"].flatMap(Int.init), (2000..<today.year).contains(year) else {
            return Month(today)
        }
        return Month(year: year, month: 12)
    }

    // MARK: The sentence

    private func verdict(_ marks: [DayMark], _ alarms: [JSONValue], _ state: JSONValue?) -> [String: Any] {
        let expected = marks.reduce(0) { $0 + $1.expected }
        let missing = marks.reduce(0) { $0 + $1.missing }
        let damaged = marks.reduce(0) { $0 + $1.damaged }
        let waiting = marks.reduce(0) { $0 + $1.waiting }
        guard let first = marks.map(\.day).min() else {
            return mark("none", words("verdict_nothing"), words("verdict_nothing_lead"))
        }
        let since = ["total": Shown.number(expected), "day": shown.long(first)]
        let through = complete(marks)
        let held = marks.reduce(0) { $0 + $1.archived }
        if damaged > 0 {
            return mark("bad", words.count("verdict_damaged", damaged, since), words("verdict_damaged_lead"))
        }
        if missing > 0 {
            return mark("bad", words.count("verdict_missing", missing, since), words("verdict_missing_lead"))
        }
        let listed = state?.time("listed_through")
        let lead = waiting > 0 ? words.count("verdict_waiting", waiting) : nil
        guard let through else { return mark("wait", words("verdict_open"), lead ?? words("verdict_open_lead")) }
        let seen = listed.map { words("verdict_listed", ["time": shown.moment($0)]) }
        let isWarned = alarms.contains { $0.text("severity") == "critical" }
        return mark(
            isWarned ? "wait" : "good",
            words("verdict_complete", ["day": shown.long(through)]),
            [lead, seen].compactMap(\.self).joined(separator: " ").ifNotEmpty
                ?? words.count("verdict_all", held, ["day": shown.long(first)])
        )
    }

    private func mark(_ kind: String, _ sentence: String, _ lead: String) -> [String: Any] {
        ["kind": kind, "sign": words("mark_\(kind)"), "sentence": sentence, "lead": lead]
    }

    /// The last day up to which all days are closed; `nil` if the first one is not.
    private func complete(_ marks: [DayMark]) -> ArchiveDay? {
        var through: ArchiveDay?
        for mark in marks.sorted(by: { $0.day < $1.day }) {
            guard mark.kind == .closed else { break }
            through = mark.day
        }
        return through
    }

    /// - Parameter days: the lines of the days that are shown.
    private func need(_ alarm: JSONValue, _ days: [JSONValue], _ today: ArchiveDay) -> [String: Any] {
        let code = alarm.text("code") ?? ""
        var view = AlarmRow(alarm, words).values
        view["act"] = dayAct(code, days, today) ?? act(code, alarm.text("organization"))
        return view
    }

    /// The way to the first day that an alarm is about.
    private func dayAct(_ code: String, _ days: [JSONValue], _ today: ArchiveDay) -> [String: Any]? {
        let isMeant: (JSONValue) -> Bool
        switch code {
        case "days_open": isMeant = { $0.text("state") == "open" }
        case "witness_differs": isMeant = { !$0.list("differing").isEmpty }
        default: return nil
        }
        let meant = days.filter { line in line.day("day").map { $0 < today } == true && isMeant(line) }
        guard let line = meant.min(by: { $0.text("day") ?? "" < $1.text("day") ?? "" }), let day = line.day("day")
        else { return nil }
        let address = "/days/\(line.text("organization") ?? "")/\(day)"
        return ["href": address, "text": words("alarm_act_day", ["day": shown.short(day)])]
    }

    /// The view where an alarm can be ended.
    private func act(_ code: String, _ organization: String?) -> [String: Any]? {
        let path: String? =
            switch code {
            case "gaps_unexplained", "gaps_near_horizon", "purge_near": "/gaps"
            case "no_complete_pass", "last_pass_failed", "days_open": "/passes"
            case "anchor_old": "/evidence"
            case "token_ends", "token_refused", "webhook_off": desk.visit.person.mayAdminister ? "/settings" : nil
            case "recordings_suspect", "archives_damaged", "recordings_lost": "/calls"
            default: nil
            }
        guard let path else { return nil }
        let state = ["recordings_suspect": "&state=suspect", "archives_damaged": "&state=damaged"][code] ?? ""
        let place = path == "/settings" ? "" : organization.map { "?organization=\($0)\(state)" } ?? ""
        return ["href": path + place, "text": words("alarm_act_\(path.dropFirst())")]
    }

    // MARK: The calendar

    private func monthView(
        _ month: Month,
        _ days: [ArchiveDay: DayMark],
        _ organization: String,
        _ today: ArchiveDay
    ) -> [String: Any] {
        let all = month.days
        let closed = all.count { days[$0]?.kind == .closed }
        let past = all.count { $0 < today }
        let cells = all.map { day -> [String: Any] in
            let kind = days[day]?.kind ?? (day == today ? .underway : .none)
            let text = days[day]?.sentence(shown) ?? words(day > today ? "day_future" : "day_none")
            return [
                "number": day.day, "kind": kind.rawValue, "sign": kind.sign, "isToday": day == today,
                "href": "/days/\(organization)/\(day)", "isKnown": days[day] != nil,
                "label": "\(shown.long(day)): \(text)",
            ]
        }
        let closedWords = words("closed_of", ["n": "\(closed)", "of": "\(past)"])
        var view: [String: Any] = [
            "name": shown.monthName(month.month) + (month.year == today.year ? "" : " \(month.year)"),
            "href": "/months/\(organization)/\(month)", "closedWords": closedWords,
            "first": Shown.weekday(all[0]) + 1, "cells": cells,
        ]
        if past > 0 { view["closed"] = "\(closed)/\(past)" }
        return view
    }

    private func legend(_ months: [Month], _ days: [ArchiveDay: DayMark], _ today: ArchiveDay) -> [[String: Any]] {
        var counts: [DayMark.Kind: Int] = [:]
        for day in months.flatMap(\.days) where day <= today {
            counts[days[day]?.kind ?? (day == today ? .underway : .none), default: 0] += 1
        }
        return DayMark.Kind.allCases.compactMap { kind in
            counts[kind].map {
                ["kind": kind.rawValue, "sign": kind.sign, "text": words("kind_\(kind.rawValue)"), "n": $0]
            }
        }
    }
}
