import Foundation
import Recordings

/// Cases: calls that belong together, and what was exported of them.
struct CasesView {
    let desk: Desk
    private var words: Words { desk.words }
    private var shown: Shown { desk.shown }

    /// All cases.
    func list() async throws -> View {
        let cases = try await desk.get("/api/v1/cases", ["limit": "1000"]).list("cases")
        return View(
            template: "cases",
            title: words("cases"),
            script: "cases.js",
            values: desk.values([
                "count": words.count("n_cases", cases.count), "isEmpty": cases.isEmpty, "hasCases": !cases.isEmpty,
                "cases": cases.map { line in
                    var values: [String: Any] = [
                        "name": line.text("name") ?? "", "href": Self.path(line.text("name") ?? ""),
                        "note": line.text("note") ?? "", "calls": Shown.number(line.count("calls")),
                        "exports": Shown.number(line.count("exports")), "by": line.text("created_by") ?? "",
                    ]
                    values["created"] = desk.moment(line.time("created_time"))
                    return values
                },
            ])
        )
    }

    /// One case.
    func one() async throws -> View {
        let name = desk.visit.values["name"] ?? ""
        let line = try await desk.get("/api/v1/cases/\(name.percentEncoded)")
        let calls = try await rows(line.list("calls"))
        let exports = line.list("exports").reversed().map { export($0, name) }
        return View(
            template: "case",
            title: name,
            script: "cases.js",
            values: desk.values([
                "name": name, "note": line.text("note"), "api": "/api/v1\(Self.path(name))",
                "created": desk.moment(line.time("created_time")), "by": line.text("created_by"),
                "count": words.count("calls_listed", calls.count),
                "calls": calls, "hasCalls": !calls.isEmpty,
                "exports": exports, "hasExports": !exports.isEmpty, "zone": desk.visit.timeZone.name,
            ])
        )
    }

    static func path(_ name: String) -> String { "/cases/\(name.percentEncoded)" }

    /// The calls of a case as rows; a call that the archive no longer knows has its task ID only.
    private func rows(_ calls: [JSONValue]) async throws -> [[String: Any]] {
        var rows: [[String: Any]] = []
        for call in calls {
            let (organization, task) = (call.text("organization") ?? "", call.text("task_id") ?? "")
            let found = try await desk.get("/api/v1/calls", ["organization": organization, "task": task]).list("calls")
            var values = found.first.map { CallRow($0, desk).values } ?? ["href": CallRow.path(call), "customer": task]
            values["organization"] = organization
            values["task"] = task
            values["addedBy"] = call.text("added_by")
            values["added"] = desk.moment(call.time("added_time"))
            rows.append(values)
        }
        return rows
    }

    private func export(_ line: JSONValue, _ name: String) -> [String: Any] {
        let state = line.text("state") ?? ""
        var values: [String: Any] = [
            "id": line.text("id") ?? "", "state": words.code("pass", state), "reason": line.text("reason") ?? "",
            "by": line.text("requested_by") ?? "",
            "mark": state == "complete" ? "good" : state == "failed" ? "bad" : "wait",
            "isLive": ["waiting", "running"].contains(state),
        ]
        values["requested"] = desk.moment(line.time("requested_time"))
        values["error"] = line.text("error")
        if state == "complete", line.text("requested_by") == desk.visit.person.name {
            values["file"] = "/api/v1\(Self.path(name))/exports/\(line.text("id") ?? "")/file"
        }
        return values
    }
}
