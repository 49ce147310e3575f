import Foundation
import Recordings

/// Calls: a search, and a page of what it found.
struct CallsView {
    let desk: Desk
    private var words: Words { desk.words }
    private var shown: Shown { desk.shown }
    /// How many calls a page has.
    private static let rows = 100

    /// How many calls are sorted by their length at most, and how many of them are shown: the longest.
    private static let sorted = 1000
    private static let shownSorted = 200

    private var sortsByLength: Bool { desk.visit.query["sort"] == "length" }

    func made() async throws -> View {
        let query = desk.visit.query
        let search = CallsQuery(query)
        let result = try await FoundCalls.search(search, desk, limit: sortsByLength ? Self.sorted : Self.rows)
        let filters = result.filters
        var complaint = result.complaint
        let (all, next) = (result.calls, result.next)
        // Only all of them can be sorted: the longest of a part is not the longest.
        let isSorted = sortsByLength && next == nil
        if sortsByLength, next != nil { complaint = words("sort_too_many", ["n": Shown.number(Self.sorted)]) }
        let calls = isSorted ? longest(all) : Array(all.prefix(Self.rows))
        let address = "/calls\(CallsQuery.query(filters))"
        let sorted = Self.with(address, "sort=length")
        return View(
            template: "calls",
            title: words("nav_calls"),
            script: "calls.js",
            values: desk.values([
                "zone": desk.visit.timeZone.name,
                "chips": chips(filters),
                "hidden": hidden(search.filters),
                "q": query["q"],
                "complaint": complaint,
                "count": isSorted ? sortedCount(all.count) : count(calls.count, next),
                "more": more(filters, calls.count, next),
                "isEmpty": calls.isEmpty && complaint == nil && next == nil,
                "advice": advice(search, filters),
                "likeNames": result.names.map { like(name: $0, search.filters) }, "hasLikeNames": !result.names.isEmpty,
                "isFiltered": !filters.isEmpty,
                "hasRows": !calls.isEmpty,
                "rows": calls.map { CallRow($0, desk).values },
                "next": sortsByLength ? nil : next.map { Self.with(address, "cursor=\($0)") },
                "first": query["cursor"] == nil ? nil : address,
                "canonical": sortsByLength ? sorted : address,
                "csv": "/calls.csv\(CallsQuery.query(filters))",
                "sort": ["href": isSorted ? address : sorted, "isSorted": isSorted],
                "states": options(CallsQuery.states, "state", filters),
                "directions": options(CallsQuery.directions, "direction", filters),
                "times": times(filters),
                "lengths": lengths(filters),
                "fields": fields(filters, calls),
            ])
        )
    }

    private static func with(_ address: String, _ item: String) -> String {
        "\(address)\(address.contains("?") ? "&" : "?")\(item)"
    }

    private func longest(_ calls: [JSONValue]) -> [JSONValue] {
        let sorted = calls.sorted { $0.number("duration_ms") ?? -1 > $1.number("duration_ms") ?? -1 }
        return Array(sorted.prefix(Self.shownSorted))
    }

    /// What to do if nothing was found.
    private func advice(_ search: CallsQuery, _ filters: [String: String]) -> String {
        if search.hasTooFewDigits { return words("calls_none_digits", ["n": "\(NumberPattern.shortestRun)"]) }
        return words(filters.isEmpty ? "calls_none_at_all" : "calls_none_filtered")
    }

    /// Where to ask how many calls there are, if that is not known; the page asks once it is shown.
    private func more(_ filters: [String: String], _ count: Int, _ next: String?) -> [String: Any]? {
        guard next != nil, count > 0, !sortsByLength, desk.visit.query["cursor"] == nil else { return nil }
        return ["count": "/api/v1/calls/count\(CallsQuery.query(filters))", "shown": Shown.number(count)]
    }

    private func like(name: FoundCalls.LikeName, _ filters: [String: String]) -> [String: Any] {
        let all = filters.merging([name.filter: name.name]) { $1 }
        let address = "/calls\(CallsQuery.query(all))"
        return ["text": name.name, "kind": words("filter_\(name.filter)"), "href": address]
    }

    private func sortedCount(_ count: Int) -> String {
        guard count > Self.shownSorted else { return words.count("calls_sorted", count) }
        return words("calls_longest", ["n": Shown.number(Self.shownSorted), "of": Shown.number(count)])
    }

    private func count(_ count: Int, _ next: String?) -> String {
        if count == 0, next == nil { return words("calls_zero") }
        if desk.visit.query["cursor"] != nil { return words.count("calls_more_of", count) }
        return next == nil ? words.count("calls", count) : words.count("calls_first", count)
    }

    // MARK: Filters

    /// What the search line keeps while something is typed.
    private func hidden(_ filters: [String: String]) -> [[String: Any]] {
        let kept = CallsQuery.names.compactMap { name in filters[name].map { ["name": name, "value": $0] } }
        return kept + (sortsByLength ? [["name": "sort", "value": "length"]] : [])
    }

    /// Times that people ask for, each as a link.
    private func times(_ filters: [String: String]) -> [[String: Any]] {
        let today = desk.visit.today
        let monday = ArchiveDay(daysSince1970: today.daysSince1970 - Int64(Shown.weekday(today))) ?? today
        let earlier = ArchiveDay(daysSince1970: monday.daysSince1970 - 7) ?? monday
        let choices: [(String, [String: String])] = [
            ("today", ["day": "today"]), ("yesterday", ["day": "yesterday"]), ("last_7_days", ["last": "7d"]),
            ("last_week", ["from": "\(earlier)", "to": "\(monday)"]), ("this_month", ["month": "this"]),
            ("last_month", ["month": "last"]),
        ]
        let others = filters.filter { !CallsQuery.times.contains($0.key) }
        return choices.map { name, time in
            let isCurrent = filters.filter { CallsQuery.times.contains($0.key) } == time
            return link(words(name), isCurrent ? others : others.merging(time) { $1 }, isCurrent)
        }
    }

    private func lengths(_ filters: [String: String]) -> [[String: Any]] {
        ["1m", "5m", "10m", "30m"].map { length in
            var changed = filters
            changed["min_duration"] = filters["min_duration"] == length ? nil : length
            let text = words("at_least_minutes", ["n": String(length.dropLast())])
            return link(text, changed, filters["min_duration"] == length)
        }
    }

    private func link(_ text: String, _ filters: [String: String], _ isCurrent: Bool) -> [String: Any] {
        ["text": text, "isCurrent": isCurrent, "href": "/calls\(CallsQuery.query(filters))"]
    }

    /// Filters as plain fields, with the names that the found calls have as suggestions.
    private func fields(_ filters: [String: String], _ calls: [JSONValue]) -> [String: Any] {
        let agents = Set(calls.flatMap { $0.list("agents") }.compactMap { $0.text("name") })
        let queues = Set(calls.compactMap { $0.text("queue") })
        let own: Set<String> = ["number", "agent", "queue", "from", "to", "min_duration"]
        var values: [String: Any] = [
            "hidden": hidden(filters.filter { !own.contains($0.key) }), "agentNames": agents.sorted(),
            "queueNames": queues.sorted(),
        ]
        for name in own { values[name] = filters[name] }
        // A field for dates would drop a time of day.
        for name in ["from", "to"] {
            values["\(name)Type"] = filters[name].map { ArchiveDay($0) == nil } == true ? "text" : "date"
        }
        return values
    }

    /// What the search understood, each with a link that removes it.
    private func chips(_ filters: [String: String]) -> [[String: Any]] {
        CallsQuery.names.compactMap { name in
            guard let value = filters[name] else { return nil }
            var others = filters
            others[name] = nil
            let text = readable(name, value)
            let address = "/calls\(CallsQuery.query(others))"
            let typed = "\(name):\(value.contains(" ") ? "\"\(value)\"" : value)"
            return [
                "name": words("filter_\(name)"), "value": text, "remove": address,
                "edit": Self.with(address, "q=\(typed.percentEncoded)"), "filter": name, "typed": typed,
                "label": words("chip_remove", ["name": words("filter_\(name)"), "value": text]),
            ]
        }
    }

    /// The value of a filter for people.
    private func readable(_ name: String, _ value: String) -> String {
        let today = desk.visit.today
        switch (name, value) {
        case ("state", _), ("direction", _): return words.code(name, value)
        case ("day", "today"): return shown.short(today)
        case ("day", "yesterday"): return today.previous.map(shown.short) ?? value
        case ("day", _): return ArchiveDay(value).map(shown.short) ?? value
        case ("month", _):
            let months = ["this": Month(today), "last": Month(today).advanced(by: -1)]
            return (months[value] ?? Month(value)).map { "\(shown.monthName($0.month)) \($0.year)" } ?? value
        case ("from", _), ("to", _): return ArchiveDay(value).map(shown.short) ?? value.replacing("T", with: " ")
        default: return value
        }
    }

    private func options(_ values: [String], _ name: String, _ filters: [String: String]) -> [[String: Any]] {
        values.map { value in
            var changed = filters
            changed[name] = filters[name] == value ? nil : value
            return [
                "text": words.code(name, value), "isCurrent": filters[name] == value,
                "href": "/calls\(CallsQuery.query(changed))",
            ]
        }
    }
}
