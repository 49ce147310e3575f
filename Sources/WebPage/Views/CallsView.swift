import Foundation
import Recordings

/// Calls: a search, and a page of what it found.
struct CallsView {
    let desk: Desk
    private var words: Words { desk.words }
    private var shown: Shown { desk.shown }
    /// How many calls a page has.
    private static let rows = 100

    func made() async throws -> View {
        let query = desk.visit.query
        let search = CallSearch(query)
        var filters = search.asAgent
        var answer: JSONValue?
        var complaint: String?
        do {
            answer = try await found(filters)
            if search.name != nil, answer?.list("calls").isEmpty == true, answer?.text("next_cursor") == nil {
                let other = try await found(search.asQueue)
                if !other.list("calls").isEmpty { (filters, answer) = (search.asQueue, other) }
            }
        } catch let problem as PageProblem where problem.status == 400 {
            complaint = problem.detail
        }
        let calls = answer?.list("calls") ?? []
        let next = answer?.text("next_cursor")
        let plain = CallSearch.query(filters)
        let joint = plain.isEmpty ? "?" : "&"
        return View(
            template: "calls",
            title: words("nav_calls"),
            script: "calls.js",
            values: desk.values([
                "zone": desk.visit.timeZone.name,
                "chips": chips(filters),
                "hidden": CallSearch.names.compactMap { name in
                    search.filters[name].map { ["name": name, "value": $0] }
                },
                "q": query["q"],
                "complaint": complaint,
                "count": count(calls.count, next),
                "isEmpty": calls.isEmpty && complaint == nil && next == nil,
                "isFiltered": !filters.isEmpty,
                "hasRows": !calls.isEmpty,
                "rows": calls.map { CallRow($0, desk).values },
                "next": next.map { "/calls\(plain)\(joint)cursor=\($0)" },
                "first": query["cursor"] == nil ? nil : "/calls\(plain)",
                "canonical": "/calls\(plain)",
                "csv": "/calls.csv\(plain)",
                "states": options(CallSearch.states, "state", filters),
                "directions": options(CallSearch.directions, "direction", filters),
            ])
        )
    }

    private func found(_ filters: [String: String]) async throws -> JSONValue {
        var query = filters
        query["limit"] = "\(Self.rows)"
        query["cursor"] = desk.visit.query["cursor"]
        return try await desk.get("/api/v1/calls", query)
    }

    private func count(_ count: Int, _ next: String?) -> String {
        if count == 0, next == nil { return words("calls_zero") }
        if desk.visit.query["cursor"] != nil { return words.count("calls_more_of", count) }
        return next == nil ? words.count("calls", count) : words.count("calls_first", count)
    }

    /// What the search understood, each with a link that removes it.
    private func chips(_ filters: [String: String]) -> [[String: Any]] {
        CallSearch.names.compactMap { name in
            guard let value = filters[name] else { return nil }
            var others = filters
            others[name] = nil
            let text = ["state", "direction"].contains(name) ? words.code(name, value) : value
            return [
                "name": words("filter_\(name)"), "value": text, "remove": "/calls\(CallSearch.query(others))",
                "label": words("chip_remove", ["name": words("filter_\(name)"), "value": text]),
            ]
        }
    }

    private func options(_ values: [String], _ name: String, _ filters: [String: String]) -> [[String: Any]] {
        values.map { value in
            var changed = filters
            changed[name] = filters[name] == value ? nil : value
            return [
                "text": words.code(name, value), "isCurrent": filters[name] == value,
                "href": "/calls\(CallSearch.query(changed))",
            ]
        }
    }
}
