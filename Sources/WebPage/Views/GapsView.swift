import Foundation
import Recordings

/// What is missing, by urgency, and why.
struct GapsView {
    let desk: Desk
    private var words: Words { desk.words }
    static let explanations = [
        "recording_disabled", "test_call", "no_conversation", "purged_upstream", "provider_fault", "legal_deletion",
        "held_elsewhere", "other",
    ]

    func made() async throws -> View {
        let (name, all) = try await desk.organization()
        let isExplained = desk.visit.query["explained"] == "true"
        var query = ["organization": name, "explained": isExplained ? "true" : "false", "limit": "200"]
        query["cursor"] = desk.visit.query["cursor"]
        query["reason"] = desk.visit.query["reason"]
        let day = desk.visit.query["day"].flatMap { ArchiveDay($0) }
        query["day"] = day?.description
        let answer = try await desk.get("/api/v1/gaps", query)
        let limits = try await GapLimits.of(name, desk)
        let rows = answer.list("gaps").map { GapRow($0, desk, limits) }
        let groups = GapRow.Urgency.allCases.compactMap { urgency -> [String: Any]? in
            let found = rows.filter { $0.urgency == urgency }
            guard !found.isEmpty else { return nil }
            return [
                "title": words("urgency_\(urgency.rawValue)"), "lead": words("urgency_\(urgency.rawValue)_lead"),
                "count": Shown.number(found.count), "rows": found.map(\.values), "id": urgency.rawValue,
            ]
        }
        let total = answer.count("total")
        let flag = (isExplained ? "&explained=true" : "") + (day.map { "&day=\($0)" } ?? "")
        return View(
            template: "gaps",
            title: words("nav_gaps"),
            script: "gaps.js",
            values: desk.values([
                "organization": name,
                "organizations": desk.organizationLinks(name, all, path: "/gaps"),
                "sentence": total == 0
                    ? words(isExplained ? "gaps_explained_zero" : "gaps_open_zero")
                    : words.count(isExplained ? "gaps_explained" : "gaps_open", total),
                "isEmpty": total == 0, "isExplained": isExplained,
                "day": day.map { day in
                    let text = words("gaps_of_day", ["day": desk.shown.long(day)])
                    return ["text": text, "href": "/gaps?organization=\(name)"]
                },
                "tabs": [
                    ["text": words("tab_open"), "href": "/gaps?organization=\(name)", "isCurrent": !isExplained],
                    [
                        "text": words("tab_explained"), "href": "/gaps?organization=\(name)&explained=true",
                        "isCurrent": isExplained,
                    ],
                ] as [[String: Any]],
                "groups": groups,
                "reasons": Self.explanations.map { ["value": $0, "text": words("explanation_\($0)")] },
                "next": answer.text("next_cursor").map { "/gaps?organization=\(name)\(flag)&cursor=\($0)" },
            ])
        )
    }
}
