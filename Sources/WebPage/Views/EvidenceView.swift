import Foundation
import Recordings

/// What is proven, and who did what.
struct EvidenceView {
    let desk: Desk
    private var words: Words { desk.words }
    private var shown: Shown { desk.shown }
    /// The types that the table can be filtered by.
    static let types = [
        "audio.accessed", "call.viewed", "case.exported", "audit.exported", "gap.explained", "explanation.withdrawn",
        "loss.explained", "pass.requested", "access.created", "access.revoked", "config.changed", "day.closed",
        "day.reopened", "archive.sealed", "archive.adopted", "archive.placed", "legacy.attached", "damage.found",
        "recording.replaced", "anchor.added", "clock.stepped", "log.begun",
    ]

    func made() async throws -> View {
        let (name, all) = try await desk.organization()
        let title = words("nav_evidence")
        let hasCases = try await hasCases()
        guard desk.visit.person.mayAudit else {
            return View(
                template: "evidence",
                title: title,
                values: desk.values(["isForbidden": true, "hasCases": hasCases])
            )
        }
        var query = desk.visit.query.filter { ["task", "actor", "type", "from", "to", "cursor"].contains($0.key) }
        query = query.filter { !$0.value.isEmpty }
        query["organization"] = name
        query["limit"] = "100"
        query["order"] = "newest"
        var complaint: String?
        var audit = JSONValue.null
        do {
            audit = try await desk.get("/api/v1/audit", query)
        } catch let problem as PageProblem where problem.status == 400 {
            complaint = problem.detail
        }
        let checkpoint = audit.list("checkpoints").last
        let rows = audit.list("entries").map(row)
        let total = audit.count("total")
        return View(
            template: "evidence",
            title: title,
            script: "evidence.js",
            values: desk.values([
                "organization": name, "organizations": desk.organizationLinks(name, all, path: "/evidence"),
                "sentence": checkpoint.map { words("log_sentence", ["n": Shown.number($0.count("size"))]) }
                    ?? words("log_none"),
                "origin": checkpoint?.text("origin"), "root": checkpoint?.text("root"),
                "hasLog": checkpoint != nil, "hasCases": hasCases,
                "key": checkpoint.map { words($0.isTrue("key_confirmed") ? "key_confirmed" : "key_not_confirmed") },
                "missing": audit.list("missing").compactMap { $0.text?.withoutCodeMarks },
                "anchors": try await AnchorRow.all(of: name, desk),
                "complaint": complaint, "rows": rows, "hasRows": !rows.isEmpty,
                "count": words.count("entries", total),
                "task": desk.visit.query["task"], "actor": desk.visit.query["actor"],
                "from": desk.visit.query["from"], "to": desk.visit.query["to"],
                "types": Self.types.map {
                    ["value": $0, "text": words.code("act", $0), "isCurrent": desk.visit.query["type"] == $0]
                        as [String: Any]
                },
                "next": audit.text("next_cursor").map { "/evidence?\(address(name))&cursor=\($0)" },
                "csv": "/evidence.csv?\(address(name))", "zone": desk.visit.timeZone.name,
            ])
        )
    }

    /// Whether the person may see cases, and the service has them.
    private func hasCases() async throws -> Bool {
        do {
            _ = try await desk.get("/api/v1/cases", ["limit": "1"])
            return true
        } catch let problem as PageProblem where [403, 404].contains(problem.status) {
            return false
        }
    }

    private func address(_ organization: String) -> String {
        let filters = ["task", "actor", "type", "from", "to"].compactMap { name in
            desk.visit.query[name].flatMap { $0.isEmpty ? nil : "\(name)=\($0.percentEncoded)" }
        }
        return (["organization=\(organization)"] + filters).joined(separator: "&")
    }

    private func row(_ entry: JSONValue) -> [String: Any] {
        var values: [String: Any] = [
            "act": words.code("act", entry.text("action") ?? ""), "actor": entry.text("actor") ?? "—",
            "via": words.code("via", entry.text("via") ?? ""), "leaf": Shown.number(entry.count("leaf")),
            "plainLeaf": entry.count("leaf"),
        ]
        values["time"] = desk.time(entry.time("time")) { shown.moment($0) }
        values["address"] = entry.text("address")
        values["reason"] = entry.text("reason")
        values["case"] = entry.text("case")
        if let task = entry.text("task_id") {
            values["task"] = ["id": task, "href": CallRow.path(entry), "short": String(task.prefix(8))]
        }
        return values
    }
}
