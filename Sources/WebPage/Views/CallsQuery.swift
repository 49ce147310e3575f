import Foundation
import Recordings

/// What a search for calls asks for: the filters in the address, and what was typed, which it understands as filters.
package struct CallsQuery: Sendable, Hashable {
    /// The filters of the API, in the order in which they are shown.
    static let names = [
        "number", "agent", "queue", "direction", "state", "day", "month", "last", "from", "to", "min_duration", "site",
        "team", "origin", "destination", "task", "organization",
    ]
    package static let parameters = Set(names)
    static let times: Set<String> = ["day", "month", "last", "from", "to"]
    static let states = [
        "missing", "damaged", "pending", "failed", "suspect", "explained", "archived", "stored", "gap",
    ]
    static let directions = ["inbound", "outbound", "outdial"]

    /// By name.
    private(set) var filters: [String: String] = [:]
    /// Words that may name an agent or a queue.
    private(set) var name: String?

    /// - Parameter query: the page's query; `q` is what was typed.
    init(_ query: [String: String]) {
        for name in Self.names {
            if let value = query[name]?.trimmingCharacters(in: .whitespaces), !value.isEmpty { filters[name] = value }
        }
        read(query["q"] ?? "")
        // Fields for two dates take the place of another kind of time: the API takes only one.
        if filters["from"] != nil || filters["to"] != nil {
            for other in ["day", "month", "last"] { filters[other] = nil }
        }
    }

    /// Whether nothing but digits was typed, and too few of them to be looked for in numbers.
    var hasTooFewDigits: Bool { name.map { NumberPattern($0) == nil } ?? false }

    /// The filters of the API, if the words name an agent.
    var asAgent: [String: String] { named("agent") }

    /// The filters of the API, if the words name a queue.
    var asQueue: [String: String] { named("queue") }

    private func named(_ key: String) -> [String: String] {
        name.map { filters.merging([key: $0]) { $1 } } ?? filters
    }

    /// Filters as a query of the page.
    static func query(_ filters: [String: String]) -> String {
        let items = names.compactMap { name in filters[name].map { "\(name)=\($0.percentEncoded)" } }
        return items.isEmpty ? "" : "?" + items.joined(separator: "&")
    }

    private mutating func set(_ name: String, _ value: String) {
        // A newly typed time takes the place of another one: the API takes only one kind.
        if Self.times.contains(name) {
            let kept: Set<String> = ["from", "to"].contains(name) ? ["from", "to"] : []
            for other in Self.times.subtracting(kept) { filters[other] = nil }
        }
        filters[name] = value
    }

    private mutating func read(_ text: String) {
        var rest: [String] = []
        var digits: [String] = []
        for token in Self.tokens(text) {
            if let (key, value) = Self.pair(token) {
                set(key, value)
            } else if Self.isTaskID(token) {
                set("task", token)
            } else if ArchiveDay(token) != nil || ["today", "yesterday"].contains(token.lowercased()) {
                set("day", token.lowercased())
            } else if token.count == 7, Month(token) != nil {
                set("month", token)
            } else if let span = token.wholeMatch(of: /([0-9]{1,4})[dhw]/) {
                set("last", String(span.output.0))
            } else if let length = token.wholeMatch(of: />=?([0-9]{1,6}[smh]?)/) {
                set("min_duration", String(length.output.1))
            } else if token.wholeMatch(of: /[+(]?[0-9][0-9()\/.-]*/) != nil {
                digits.append(token)
            } else if Self.directions.contains(token.lowercased()) {
                set("direction", token.lowercased())
            } else if Self.states.contains(token.lowercased()) {
                set("state", token.lowercased())
            } else {
                rest.append(token)
            }
        }
        let number = digits.joined(separator: " ")
        if !number.isEmpty, NumberPattern(number) != nil {
            set("number", number)
        } else if !number.isEmpty {
            // Fewer digits than the API takes may be a part of a name: "Agent 12".
            rest.append(number)
        }
        if !rest.isEmpty { name = rest.joined(separator: " ") }
    }

    /// The words of a text; what is in quotation marks is one word.
    private static func tokens(_ text: String) -> [String] {
        var tokens: [String] = []
        var token = ""
        var isQuoted = false
        for character in text {
            if character == "\"" {
                isQuoted.toggle()
            } else if character.isWhitespace, !isQuoted {
                if !token.isEmpty { tokens.append(token) }
                token = ""
            } else {
                token.append(character)
            }
        }
        if !token.isEmpty { tokens.append(token) }
        return tokens
    }

    /// `queue:Billing`.
    private static func pair(_ token: String) -> (String, String)? {
        let parts = token.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, names.contains(parts[0].lowercased()) else { return nil }
        return (parts[0].lowercased(), parts[1])
    }

    private static func isTaskID(_ token: String) -> Bool {
        token.wholeMatch(of: /[0-9a-fA-F]{8}-[0-9a-fA-F-]{20,40}/) != nil
    }
}
