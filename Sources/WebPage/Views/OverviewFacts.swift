import Foundation
import Recordings

/// The side of the overview: what runs, what is kept, and what is checked.
struct OverviewFacts {
    let desk: Desk
    /// The answer of `/api/v1/status`.
    let status: JSONValue
    let organization: String
    private var words: Words { desk.words }
    private var shown: Shown { desk.shown }

    private var state: JSONValue? { line(of: "organizations") }

    private func line(of list: String) -> JSONValue? {
        status.list(list).first { $0.text("organization") == organization }
    }

    private func fact(_ key: String, _ value: String) -> [String: Any] { ["name": words(key), "value": value] }

    // MARK: Passes

    var passes: [[String: Any]] {
        var facts: [[String: Any]] = []
        if let running = status.member("running"), running.isObject {
            let since = running.time("started_time").map(shown.moment) ?? "—"
            facts.append(fact("fact_running", words("fact_running_since", ["time": since])))
        }
        facts.append(fact("fact_next_pass", nextPass))
        if let last = state?.time("last_pass") {
            let outcome = words.code("outcome", state?.text("last_pass_outcome") ?? "")
            facts.append(fact("fact_last_pass", "\(shown.moment(last)), \(outcome)"))
        } else {
            facts.append(fact("fact_last_pass", words("never")))
        }
        facts.append(fact("fact_last_complete", state?.time("last_complete_pass").map(shown.moment) ?? words("never")))
        facts.append(fact("fact_listed_through", state?.time("listed_through").map(shown.moment) ?? "—"))
        if let requests = RequestsLeft.text(status, organization, desk) {
            facts.append(fact("fact_requests", requests))
        }
        return facts
    }

    /// When the schedule asks the provider next.
    private var nextPass: String {
        guard let schedule = line(of: "schedule"), schedule.isTrue("kept") else { return words("next_pass_none") }
        let jobs = schedule.list("jobs").filter { ["poll", "daily"].contains($0.text("job") ?? "") }
        let next = jobs.compactMap { $0.time("next_time") }.min()
        return next.map { $0 <= desk.visit.now ? words("next_pass_due") : shown.moment($0) } ?? words("next_pass_none")
    }

    // MARK: What is kept

    func kept(_ marks: [DayMark]) -> [[String: Any]] {
        let waiting = marks.reduce(0) { $0 + $1.waiting }
        var facts = [
            fact("fact_backlog", waiting == 0 ? words("backlog_none") : words.count("recordings", waiting)),
            fact("fact_archived", words.count("recordings", marks.reduce(0) { $0 + $1.archived })),
            fact("fact_explained", Shown.number(marks.reduce(0) { $0 + $1.explained })),
        ]
        if let free = status.member("summary")?.number("free_bytes") {
            let total = status.member("summary")?.number("total_bytes") ?? 0
            facts.append(fact("fact_disk", words("free_of", ["free": Shown.bytes(free), "total": Shown.bytes(total)])))
            if let days = daysUntilFull(free) { facts.append(fact("fact_disk_full", days)) }
        }
        return facts
    }

    /// How long the disk lasts at the pace of the last weeks; `nil` if there is no pace to go by.
    private func daysUntilFull(_ free: Int64) -> String? {
        guard let summary = status.member("summary"), let pace = summary.number("bytes_per_day"), pace > 0 else {
            return nil
        }
        let days = max(0, free - (summary.number("minimum_free_bytes") ?? 0)) / pace
        return days > 3650 ? words("disk_years") : words.count("disk_days", Int(days))
    }

    // MARK: What is checked

    var proven: [[String: Any]] {
        var facts = [read]
        if let share = line(of: "schedule")?.text("verify_share") {
            facts.append(fact("fact_verify_share", words("verify_share", ["share": share])))
        }
        if let faulty = state?.count("archives_with_faults"), faulty > 0 {
            facts.append(fact("fact_faulty", Shown.number(faulty)))
        }
        facts.append(fact("fact_anchor", anchor))
        facts.append(fact("fact_token", token))
        let differing = state?.count("days_differing") ?? 0
        facts.append(
            fact("fact_witnesses", differing == 0 ? words("witnesses_agree") : words.count("days_differ", differing))
        )
        return facts
    }

    private var read: [String: Any] {
        let (all, unread) = (state?.count("archives") ?? 0, state?.count("archives_never_read") ?? 0)
        guard all > 0 else { return fact("fact_read", words("archives_none_yet")) }
        guard unread == 0 else {
            let figures = ["n": Shown.number(unread), "of": Shown.number(all)]
            return fact("fact_never_read", words("archives_unread", figures))
        }
        return fact("fact_read", state?.time("all_read_since").map(shown.distance) ?? "—")
    }

    /// The newest state that any anchor has seen, and how many have seen none.
    private var anchor: String {
        let anchors = state?.list("anchors") ?? []
        guard !anchors.isEmpty else { return words("anchors_none") }
        let seen = anchors.compactMap { line in line.time("seen_time").map { (time: $0, line: line) } }
        guard let newest = seen.max(by: { $0.time < $1.time }) else { return words("anchors_unseen") }
        let text = words(
            "anchor_seen",
            [
                "name": newest.line.text("name") ?? "", "time": shown.distance(newest.time),
                "size": Shown.number(newest.line.count("size")),
            ]
        )
        let waiting = anchors.count - seen.count
        return waiting == 0 ? text : "\(text); \(words.count("anchors_waiting", waiting))"
    }

    private var token: String {
        if let refused = state?.time("refresh_token_refused") {
            return words("token_refused", ["time": shown.moment(refused)])
        }
        let expires = state?.time("refresh_token_expires") ?? state?.time("access_token_expires")
        return expires.map { words("token_until", ["time": shown.distance($0)]) } ?? words("token_unknown")
    }
}
