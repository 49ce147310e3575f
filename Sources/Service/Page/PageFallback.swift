import HTTPTypes
import Text
import WebPage

/// What browsers get instead of a problem in JSON: a page that says the same, or the login.
struct PageFallback: Sendable {
    let site: WebSite

    /// The page for a problem; `nil` if the request is not a browser's for a page.
    func answer(_ problem: Problem, method: HTTPRequest.Method, target: String, headers: HTTPFields) async -> Answer? {
        guard method == .get || method == .head, !target.hasPrefix("/api/"),
            headers[.accept]?.lowercased().contains("text/html") == true
        else { return nil }
        guard problem.status != .unauthorized else {
            let next = Self.isPath(target) && target != "/" ? "?next=\(PercentCoding.encoded(target))" : ""
            var answer = Answer(.seeOther, headers: [.location: "/login\(next)"])
            answer.headers[.setCookie] = problem.headers[.setCookie]
            return answer
        }
        let page = PageProblem(status: problem.status.code, code: problem.code, detail: problem.detail)
        var answer = PageRoutes.answer(await site.html(page, nil))
        answer.status = problem.status
        for field in problem.headers { answer.headers.append(field) }
        return answer
    }

    /// Whether a text is a path on this host: never another one's address.
    static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && !text.hasPrefix("//") && !text.contains("\\")
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
