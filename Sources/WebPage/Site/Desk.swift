import Foundation
import Recordings

/// What every view works with.
struct Desk: Sendable {
    let visit: Visit
    let shown: Shown
    let words: Words

    func get(_ path: String, _ query: [String: String] = [:]) async throws -> JSONValue {
        try await visit.api(path, query)
    }

    /// The organization of the page: the one that the query names, or the first.
    /// - Throws: ``PageProblem`` if the person can see none.
    func organization() async throws -> (name: String, all: [String]) {
        let all = try await visit.organizations()
        if let named = visit.query["organization"], all.contains(named) { return (named, all) }
        guard let first = all.first else {
            throw PageProblem(status: 404, code: "unknown_organization", detail: words("no_organization"))
        }
        return (first, all)
    }

    /// Links that switch between organizations, if there are several.
    func organizationLinks(_ current: String, _ all: [String], path: String) -> [[String: Any]] {
        guard all.count > 1 else { return [] }
        return all.map {
            ["text": $0, "href": "\(path)?organization=\($0)", "isCurrent": $0 == current] as [String: Any]
        }
    }

    /// Values for a template, with the words; unknown values are left out, because a template would print them as `nil`.
    func values(_ values: [String: Any?]) -> [String: Any] {
        var known = values.compactMapValues(\.self)
        known["t"] = words.all
        known["may"] = [
            "listen": visit.person.mayListen, "examine": visit.person.mayExamine, "operate": visit.person.mayOperate,
            "audit": visit.person.mayAudit,
            "administer": visit.person.mayAdminister,
        ]
        return known
    }

    /// A time as templates show it: for people, for machines, and exactly.
    func time(_ time: Timestamp?, _ text: (Timestamp) -> String) -> [String: Any]? {
        time.map { ["text": text($0), "iso": $0.description, "exact": shown.exact($0)] }
    }

    func moment(_ time: Timestamp?) -> [String: Any]? { self.time(time, shown.moment) }
}
