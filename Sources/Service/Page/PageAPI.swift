import Foundation
import HTTPTypes
import Recordings
import Text
import WebPage

/// The API as pages ask it: within the process, as the caller of the page, by the same routes.
struct PageAPI: Sendable {
    let routes: RouteTable
    /// The request for the page.
    let inquiry: Inquiry

    /// The JSON of a route for GET.
    /// - Throws: ``PageProblem`` for what the API would refuse.
    func get(_ path: String, _ query: [String: String]) async throws -> JSONValue {
        do {
            let answer = try await answer(path, query)
            guard case .bytes(let bytes) = answer.body else { throw Problem.bug }
            return try JSONReader.value(of: Data(bytes))
        } catch let problem as PageProblem {
            throw problem
        } catch {
            let problem = ServiceProblem.of(error)
            // What is not the visitor's doing belongs into the log, as it is; the front door writes it.
            guard problem.status.kind == .clientError else { throw error }
            throw PageProblem(status: problem.status.code, code: problem.code, detail: problem.detail)
        }
    }

    private func answer(_ path: String, _ query: [String: String]) async throws -> Answer {
        let (route, values) = try routes.find(.get, path[...])
        if case .permission(let permission) = route.access, inquiry.caller?.permits(permission) != true {
            throw Problem.tooSmall(for: permission)
        }
        let text = query.map { "\(PercentCoding.encoded($0.key))=\(PercentCoding.encoded($0.value))" }
            .joined(separator: "&")
        return try await route.handle(
            Inquiry(
                method: .get,
                headers: [.accept: JSONBody.mediaType],
                values: values,
                query: try QueryItems(text, known: route.parameters, repeatable: route.repeatable),
                caller: inquiry.caller,
                address: inquiry.address,
                body: { [] }
            )
        )
    }
}

extension Problem {
    /// A 403 that names the role to ask for.
    static func tooSmall(for permission: Role.Permission) -> Problem {
        Problem(.forbidden, "role_too_small", "this needs the role \(Role.least(for: permission).rawValue)")
    }
}
