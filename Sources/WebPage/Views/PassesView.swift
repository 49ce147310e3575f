import Foundation
import Recordings

/// Passes: the one that runs, those that were asked for, and a form that starts one.
struct PassesView {
    let desk: Desk
    private var words: Words { desk.words }
    private var shown: Shown { desk.shown }

    func made() async throws -> View {
        let (name, all) = try await desk.organization()
        let status = try await desk.get("/api/v1/status")
        let passes = try await desk.get("/api/v1/passes").list("passes")
        let state = status.list("organizations").first { $0.text("organization") == name }
        let running = passes.first { ["running", "waiting"].contains($0.text("state") ?? "") }
        let other = running == nil ? status.member("running") : nil
        return View(
            template: "passes",
            title: words("nav_passes"),
            script: "passes.js",
            values: desk.values([
                "organization": name, "organizations": desk.organizationLinks(name, all, path: "/passes"),
                "sentence": sentence(running, other, state),
                "running": running.map(pass), "requests": RequestsLeft.text(status, name, desk),
                "other": other.flatMap(otherPass),
                "isQuiet": running == nil && other?.isObject != true,
                "passes": passes.filter { $0.text("id") != running?.text("id") }.map(pass),
                "hasPasses": passes.count > (running == nil ? 0 : 1),
                "day": desk.visit.query["day"].flatMap { ArchiveDay($0)?.description }, "today": "\(desk.visit.today)",
                "zone": desk.visit.timeZone.name,
                "alarms": status.list("alarms").filter {
                    ["no_complete_pass", "last_pass_failed", "token_refused", "disk_low"].contains(
                        $0.text("code") ?? ""
                    )
                }.map { AlarmRow($0, words).values },
            ])
        )
    }

    private func sentence(_ running: JSONValue?, _ other: JSONValue?, _ state: JSONValue?) -> String {
        if running != nil || other?.isObject == true { return words("pass_runs") }
        guard let last = state?.time("last_pass") else { return words("pass_none_yet") }
        let outcome = words.code("outcome", state?.text("last_pass_outcome") ?? "")
        let reason = state?.text("last_pass_reason").map { ": \($0)" } ?? ""
        return words("pass_last", ["time": shown.moment(last), "outcome": outcome + reason])
    }

    private func pass(_ pass: JSONValue) -> [String: Any] {
        let state = pass.text("state") ?? ""
        let results = pass.list("results")
        let window = results.first.flatMap { result -> String? in
            guard let from = result.time("from"), let to = result.time("to") else { return nil }
            return "\(shown.moment(from)) – \(shown.moment(to))"
        }
        let found = results.reduce(0) { $0 + ($1.member("recordings")?.count("known") ?? 0) }
        let failed = results.reduce(0) { $0 + ($1.member("recordings")?.count("failed") ?? 0) }
        var values: [String: Any] = [
            "id": pass.text("id") ?? "", "state": words.code("pass", state), "code": state,
            "mark": state == "complete" ? "good" : state == "failed" ? "bad" : "wait",
            "organizations": pass.list("organizations").compactMap(\.text).joined(separator: ", "),
            "by": pass.text("requested_by") ?? "", "isLive": ["running", "waiting"].contains(state),
            "window": window ?? "—", "found": results.isEmpty ? "—" : Shown.number(found),
            "failed": results.isEmpty ? "—" : Shown.number(failed),
        ]
        values["requested"] = desk.moment(pass.time("requested_time"))
        if let begun = pass.time("begun_time"), let ended = pass.time("ended_time") {
            values["took"] = shown.duration((ended - begun).milliseconds)
        }
        let error = pass.text("error").map { words.code("pass_error", $0) }
        let reason = results.compactMap { $0.text("reason") ?? $0.text("error") }.first ?? error
        values["reason"] = reason?.withoutCodeMarks
        if let activity = pass.member("activity"), activity.isObject {
            values.merge(self.activity(activity)) { $1 }
        }
        return values
    }

    /// A pass that a command or the schedule runs.
    private func otherPass(_ running: JSONValue) -> [String: Any]? {
        guard running.isObject else { return nil }
        var values = activity(running)
        values["command"] = running.text("command")
        values["since"] = running.time("started_time").map { words("fact_running_since", ["time": shown.moment($0)]) }
        return values
    }

    /// The steps of a pass as a line with counts.
    private func activity(_ activity: JSONValue) -> [String: Any] {
        func step(_ key: String, _ count: Int?) -> [String: Any] {
            ["key": key, "name": words("step_\(key)"), "count": count.map { Shown.number($0) } ?? "—"]
        }
        let waiting = activity.list("waiting").compactMap { $0.text("message")?.withoutCodeMarks }
        let toFetch =
            activity.count("recordings_found") - activity.count("recordings_stored")
            - activity.count("recordings_failed")
        let toAsk = activity.number("tasks_to_ask").map { max(0, Int($0) - activity.count("tasks_asked")) }
        let backlog = ["calls": toAsk.map { Shown.number($0) } ?? "?", "recordings": Shown.number(max(0, toFetch))]
        return [
            "backlog": words("pass_backlog", backlog),
            "steps": [
                step("listed", activity.count("tasks_listed")), step("asked", activity.count("tasks_asked")),
                step("found", activity.count("recordings_found")), step("stored", activity.count("recordings_stored")),
                step("failed", activity.count("recordings_failed")),
            ],
            "bytes": Shown.bytes(activity.number("bytes") ?? 0), "waits": waiting, "hasWaits": !waiting.isEmpty,
        ]
    }
}
