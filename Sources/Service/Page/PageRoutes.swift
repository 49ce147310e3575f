import Files
import Foundation
import HTTPTypes
import Recordings
import Settings
import WebPage
import Wiring

/// The web page: its views, and the files that they refer to.
///
/// A view asks the routes of the API as the same caller, so that a page shows nothing that the API does not.
struct PageRoutes: Sendable {
    let installation: Installation
    let site: WebSite
    /// The routes that views ask.
    let api: RouteTable

    /// The paths of the page, which the description of the API does not have.
    static let patterns: Set<String> = Set(
        PageKind.allCases.map(\.pattern) + ["/assets/{version}/{file}", "/login", "/calls.csv", "/evidence.csv"]
    )

    var routes: [Route] {
        let views = PageKind.allCases.map { kind in
            Route(.get, kind.pattern, parameters: kind.parameters) { try await view(kind, $0) }
        }
        return views + [
            Route(.get, "/assets/{version}/{file}", .open) { try asset($0) },
            Route(.get, "/login", .open, parameters: ["next", "ended"]) { login($0) },
            Route(.get, "/calls.csv", parameters: CallsQuery.parameters) { try await calls($0) },
            Route(.get, "/evidence.csv", .permission(.audit), parameters: PageKind.evidence.parameters) {
                try await audit($0)
            },
        ]
    }

    private func view(_ kind: PageKind, _ inquiry: Inquiry) async throws -> Answer {
        let visit = try visit(inquiry, PageAPI(routes: api, inquiry: inquiry))
        do {
            return Self.answer(try await site.html(kind, visit))
        } catch let problem as PageProblem {
            var answer = Self.answer(await site.html(problem, visit))
            answer.status = HTTPResponse.Status(code: problem.status)
            return answer
        }
    }

    private func visit(_ inquiry: Inquiry, _ api: PageAPI) throws(Problem) -> Visit {
        let caller = try inquiry.knownCaller
        return Visit(
            person: Visit.Person(
                name: caller.name,
                role: caller.role.rawValue,
                hasSession: caller.session != nil,
                mayListen: caller.permits(.listen),
                mayExamine: caller.permits(.examine),
                mayOperate: caller.permits(.operate),
                mayAudit: caller.permits(.audit),
                mayAdminister: caller.permits(.administer)
            ),
            values: inquiry.values,
            query: inquiry.query.plain,
            now: installation.now,
            timeZone: installation.timeZone,
            theme: Self.theme(inquiry.headers),
            api: { try await api.get($0, $1) }
        )
    }

    /// An HTML page with its headers.
    static func answer(_ html: String) -> Answer {
        Answer(
            headers: [.contentType: PageHeaders.mediaType, .contentSecurityPolicy: PageHeaders.policy],
            body: .bytes(Array(html.utf8))
        )
    }

    /// Whether the person chose light or dark, which a cookie says, so that the page has it at once.
    static func theme(_ headers: HTTPFields) -> String? {
        headers[values: .cookie].flatMap { $0.split(separator: ";") }
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .compactMap { $0.hasPrefix("theme=") ? String($0.dropFirst(6)) : nil }
            .first { ["light", "dark"].contains($0) }
    }

    private func login(_ inquiry: Inquiry) -> Answer {
        let next = inquiry.query["next"] ?? "/"
        return Self.answer(
            site.login(
                next: PageFallback.isPath(next) ? next : "/",
                complaint: inquiry.query["ended"] == nil ? nil : "session_ended",
                hasOIDC: installation.settings.service.oidc != nil,
                theme: Self.theme(inquiry.headers)
            )
        )
    }

    private func asset(_ inquiry: Inquiry) throws -> Answer {
        let version = try inquiry.value("version")
        guard let asset = PageAsset.all[try inquiry.value("file")] else {
            throw Problem.notFound("there is nothing at this path")
        }
        let isCurrent = version == PageAsset.version
        let tag = EntityTag(asset.tag)
        var headers: HTTPFields = [
            .contentType: asset.mediaType, .eTag: tag.text,
            .cacheControl: isCurrent ? PageHeaders.forever : "no-cache",
        ]
        if tag.isNamed(in: inquiry.headers[.ifNoneMatch]) { return Answer(.notModified, headers: headers) }
        headers[.contentSecurityPolicy] = "default-src 'none'; style-src 'unsafe-inline'"
        return Answer(headers: headers, body: .bytes(asset.bytes))
    }

    // MARK: CSV

    /// All calls that a search finds, as CSV: the pages of `/api/v1/calls`, one after another.
    private func calls(_ inquiry: Inquiry) async throws -> Answer {
        let columns = [
            "created_time", "organization", "day", "task_id", "direction", "origin", "destination", "agents", "queue",
            "duration_ms", "recordings", "transcripts", "state", "outcome",
        ]
        return try await csv(inquiry, "/api/v1/calls", "calls", columns, name: "calls.csv")
    }

    /// All entries of the audit table that match, as CSV.
    private func audit(_ inquiry: Inquiry) async throws -> Answer {
        let columns = [
            "time", "organization", "actor", "via", "address", "action", "task_id", "recording", "reason", "case",
            "leaf", "log", "published",
        ]
        return try await csv(inquiry, "/api/v1/audit", "entries", columns, name: "audit.csv")
    }

    private func csv(
        _ inquiry: Inquiry,
        _ path: String,
        _ list: String,
        _ columns: [String],
        name: String
    ) async throws -> Answer {
        let api = PageAPI(routes: api, inquiry: inquiry)
        var query = inquiry.query.plain.filter { !$0.value.isEmpty }
        query["limit"] = "1000"
        query["cursor"] = nil
        // The first page is asked for before the status is sent, so that a refusal is one.
        let first: JSONValue
        do {
            first = try await api.get(path, query)
        } catch let problem as PageProblem {
            throw Problem(HTTPResponse.Status(code: problem.status), problem.code, problem.detail)
        }
        let sheet = CallSheet(columns: columns, list: list)
        return Answer(
            headers: [
                .contentType: "text/csv; charset=utf-8; header=present",
                .contentDisposition: "attachment; filename=\"\(name)\"",
            ],
            body: .stream(length: nil) { [query] writer in
                try await writer.write(sheet.heading)
                var (page, query) = (first, query)
                while true {
                    try await writer.write(sheet.rows(page))
                    guard case .string(let next)? = page.member("next_cursor") else { return }
                    query["cursor"] = next
                    page = try await api.get(path, query)
                }
            }
        )
    }
}

extension QueryItems {
    /// The first value of each parameter.
    fileprivate var plain: [String: String] {
        Dictionary(uniqueKeysWithValues: names.compactMap { name in self[name].map { (name, $0) } })
    }
}
