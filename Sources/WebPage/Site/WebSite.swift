import Foundation
import Mustache
import Pages
import Recordings

/// The web page: templates, words, and the views that fill them.
package struct WebSite: Sendable {
    private let templates: MustacheLibrary
    let words: Words

    /// - Throws: if a template cannot be parsed, which a test would notice.
    package init() throws {
        words = .english
        var templates: [String: MustacheTemplate] = [:]
        for (name, bytes) in PageFiles.templates {
            templates[name] = try VisibleHTML.template(String(decoding: bytes, as: UTF8.self))
        }
        self.templates = MustacheLibrary(templates: templates)
    }

    /// The HTML of a page.
    /// - Throws: ``PageProblem`` of the API.
    package func html(_ kind: PageKind, _ visit: Visit) async throws -> String {
        let shown = Shown(timeZone: visit.timeZone, now: visit.now, words: words)
        let desk = Desk(visit: visit, shown: shown, words: words)
        let view: View =
            switch kind {
            case .overview: try await OverviewView(desk: desk).made()
            case .month: try await MonthView(desk: desk).made()
            case .day: try await DayView(desk: desk).made()
            case .calls: try await CallsView(desk: desk).made()
            case .call: try await CallView(desk: desk).made()
            case .gaps: try await GapsView(desk: desk).made()
            case .passes: try await PassesView(desk: desk).made()
            case .evidence: try await EvidenceView(desk: desk).made()
            case .cases: try await CasesView(desk: desk).list()
            case .matter: try await CasesView(desk: desk).one()
            case .settings: try await SettingsView(desk: desk).made()
            }
        let body = render(view.template, view.values)
        return render("frame", try await frame(kind.section, view.title, view.script, body, visit))
    }

    /// A page that says why another one cannot be shown.
    /// - Parameter visit: `nil` if nobody is logged in.
    package func html(_ problem: PageProblem, _ visit: Visit?) async -> String {
        let key =
            ["unknown_call", "unknown_day", "unknown_organization", "role_too_small"].contains(problem.code)
            ? problem.code : problem.status == 404 ? "not_found" : "other"
        let title = words("problem_\(key)")
        let body = render(
            "problem",
            ["t": words.all, "title": title, "detail": problem.detail, "advice": words("problem_\(key)_advice")]
        )
        guard let visit, let values = try? await frame("", title, nil, body, visit) else {
            return render("outside", outside(title, body, nil))
        }
        return render("frame", values)
    }

    /// The page at which people log in.
    /// - Parameters:
    ///   - next: the path to go to afterwards.
    ///   - complaint: why the last attempt failed, as the code of a problem.
    ///   - hasOIDC: whether there is a provider of identities.
    package func login(next: String, complaint: String?, hasOIDC: Bool, theme: String?) -> String {
        var values: [String: Any] = ["t": words.all, "next": next, "to": next.percentEncoded, "hasOIDC": hasOIDC]
        values["complaint"] = complaint.map { words.code("login_failed", $0) }
        return render("outside", outside(words("login_title"), render("login", values), theme, script: "login.js"))
    }

    /// A page that says what became of a login at the provider. The browser comes from the provider's page, and so without
    /// the session's cookie.
    package func html(_ outcome: ConnectionOutcome, now: Timestamp, timeZone: TimeZone, theme: String?) -> String {
        let shown = Shown(timeZone: timeZone, now: now, words: words)
        var values: [String: Any] = ["t": words.all]
        let title: String
        switch outcome {
        case .connected(let organization, let until, let fault):
            title = words("connected", ["name": organization])
            values["lead"] =
                until.map { words("connected_until", ["time": shown.moment($0)]) } ?? words("connected_lead")
            values["fault"] = fault.map { words("connected_fault", ["detail": $0.withoutCodeMarks]) }
        case .failed(let detail):
            title = words("not_connected")
            values["fault"] = detail.asSentence
            values["lead"] = words("not_connected_lead")
        }
        values["title"] = title
        return render("outside", outside(title, render("connected", values), theme))
    }

    private func outside(_ title: String, _ body: String, _ theme: String?, script: String? = nil) -> [String: Any] {
        var values: [String: Any] = ["t": words.all, "title": title, "body": body, "assets": assets]
        values["theme"] = theme
        values["script"] = script
        return values
    }

    private var assets: String { "/assets/\(PageAsset.version)" }

    private func frame(
        _ section: String,
        _ title: String,
        _ script: String?,
        _ body: String,
        _ visit: Visit
    ) async throws -> [String: Any] {
        let organizations = try await visit.organizations()
        let links = PageKind.sections.map { kind in
            [
                "href": kind.pattern, "text": words("nav_\(kind.rawValue)"), "icon": kind.rawValue,
                "isCurrent": kind.rawValue == section,
            ] as [String: Any]
        }
        var values: [String: Any] = [
            "t": words.all, "title": title, "body": body, "assets": assets, "links": links,
            "organizations": organizations.joined(separator: ", "), "zone": visit.timeZone.name,
            "person": visit.person.name, "hasSession": visit.person.hasSession,
            "role": words.code("role", visit.person.role),
        ]
        values["theme"] = visit.theme
        values["script"] = script
        return values
    }

    private func render(_ name: String, _ values: [String: Any]) -> String {
        templates.render(values, withTemplate: name) ?? ""
    }
}
