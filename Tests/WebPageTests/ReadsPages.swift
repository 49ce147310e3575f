import Foundation
import Recordings
import Testing

@testable import WebPage

/// A suite that reads pages as they are made from answers of the API.
protocol ReadsPages {}

extension ReadsPages {
    /// Makes a page from answers by path, or by path and query. What is not among them does not exist.
    func html(
        _ kind: PageKind,
        role: String = "admin",
        values: [String: String] = [:],
        query: [String: String] = [:],
        zone: String = "GMT",
        _ answers: [String: String]
    ) async throws -> String {
        let all = answers.merging(["/api/v1/organizations": #"{"organizations":[{"name":"acme"}]}"#]) { first, _ in
            first
        }
        let mayListen = ["reviewer", "operator", "admin"].contains(role)
        let visit = Visit(
            person: Visit.Person(
                name: "ann",
                role: role,
                hasSession: true,
                mayListen: mayListen,
                mayExamine: role != "viewer",
                mayOperate: ["operator", "admin"].contains(role),
                mayAudit: ["auditor", "admin"].contains(role),
                mayAdminister: role == "admin"
            ),
            values: values,
            query: query,
            now: try #require(Timestamp(iso: "2026-11-25T09:00:00Z")),
            timeZone: try #require(TimeZone(identifier: zone)),
            theme: nil,
            api: { path, query in
                let items = query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                let address = "\(path)?\(items.joined(separator: "&"))"
                guard let text = all[address] ?? all[path] else {
                    throw PageProblem(status: 404, code: "not_found", detail: path)
                }
                return try JSONReader.value(of: Data(text.utf8))
            }
        )
        return try await WebSite().html(kind, visit)
    }

    /// The text of a page, without its tags, and with one blank for several.
    func text(_ html: String) -> String {
        let body = html.components(separatedBy: "<main").last ?? html
        return body.replacing(/<[^>]*>/, with: " ").replacing(/\s+/, with: " ")
    }
}
