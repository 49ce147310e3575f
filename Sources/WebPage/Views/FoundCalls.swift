import Foundation
import Recordings

/// What a search for calls found, and the filters that it came to.
struct FoundCalls {
    /// A name that has what was typed in it, and the filter that takes it.
    struct LikeName: Hashable {
        var filter: String
        var name: String
    }

    private(set) var filters: [String: String]
    private(set) var calls: [JSONValue] = []
    /// The cursor of the next page; `nil` after the last one.
    private(set) var next: String?
    /// Names to choose from, if no one has exactly the name that was typed.
    private(set) var names: [LikeName] = []
    /// What the API says about a filter that it does not take.
    private(set) var complaint: String?

    /// How many names are offered at most.
    private static let mostNames = 12
    /// How many of the newest calls are looked through for names.
    private static let callsWithNames = 1000

    /// Words that are no filter are the whole name of an agent or else of a queue; or else a part of one.
    /// - Parameter limit: how many calls a page has.
    static func search(_ search: CallsQuery, _ desk: Desk, limit: Int) async throws -> FoundCalls {
        var found = FoundCalls(filters: search.asAgent)
        do {
            try await found.read(desk, limit)
            guard let name = search.name, found.isEmpty else { return found }
            found.filters = search.asQueue
            try await found.read(desk, limit)
            guard found.isEmpty else { return found }
            found.filters = search.asAgent
            guard !search.hasTooFewDigits else { return found }
            let names = try await likeNames(name, search.filters, desk)
            if names.count == 1 {
                found.filters = search.filters.merging([names[0].filter: names[0].name]) { $1 }
                try await found.read(desk, limit)
            } else {
                found.names = names
            }
        } catch let problem as PageProblem where problem.status == 400 {
            found.complaint = problem.detail
        }
        return found
    }

    private var isEmpty: Bool { calls.isEmpty && next == nil }

    private mutating func read(_ desk: Desk, _ limit: Int) async throws {
        var query = filters
        query["limit"] = "\(limit)"
        // A list by length has one page.
        query["cursor"] = desk.visit.query["sort"] == "length" ? nil : desk.visit.query["cursor"]
        let answer = try await desk.get("/api/v1/calls", query)
        (calls, next) = (answer.list("calls"), answer.text("next_cursor"))
    }

    /// Names of agents and queues that have a text in them, in the newest calls that pass the other filters.
    private static func likeNames(
        _ text: String,
        _ filters: [String: String],
        _ desk: Desk
    ) async throws -> [LikeName] {
        let wanted = text.foldedName
        guard wanted.count > 1 else { return [] }
        let query = filters.merging(["limit": "\(callsWithNames)"]) { $1 }
        let calls = try await desk.get("/api/v1/calls", query).list("calls")
        let agents = Set(calls.flatMap { $0.list("agents") }.compactMap { $0.text("name") })
        let queues = Set(calls.compactMap { $0.text("queue") })
        let all =
            agents.map { LikeName(filter: "agent", name: $0) } + queues.map { LikeName(filter: "queue", name: $0) }
        let found = all.filter { $0.name.foldedName.contains(wanted) }
            .sorted { ($0.name, $0.filter) < ($1.name, $1.filter) }
        return Array(found.prefix(mostNames))
    }
}
